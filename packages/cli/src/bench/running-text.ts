/** Plain English to cut texts of any length from; what it says hardly matters to the time it takes. */
export const runningText =
  `The first kokeshi were turned on lathes in the hot springs of the north, where families
came to rest in winter and took a small wooden doll home for their children. A doll has no arms and no legs, only a round
head and a body painted with chrysanthemums, plum blossoms or red and black rings. Every valley has its own forms: some
heads squeak when they are turned, some bodies swell at the shoulders, and some are as narrow as a candle. Collectors can
tell from the brush strokes of the eyes who made a doll, and often who taught the maker. The wood is cherry, dogwood or
maple, dried for one to five years and carved in a single afternoon. In the nineteenth century a visitor from Russia is
said to have taken a doll of seven sages back to his country, where painters put one figure into the other and called the
largest one Matryona. Whether that story is true nobody can say any more; museums on both sides of the sea tell it with
a smile. Today the workshops send their dolls by post, a few schools teach the craft again, and on the first Sunday of
September people bring old ones to the shrine to thank them for the years on the shelf. `.replaceAll(
    /\s+/g,
    " ",
  );
