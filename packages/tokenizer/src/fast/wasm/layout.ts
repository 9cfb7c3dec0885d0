/*
 * Where things lie in the linear memory of the batch scanners, in bytes. This file is compiled twice, for JavaScript and
 * for WebAssembly (`../../../assembly`), so that both sides agree.
 */

/** Longest text, in UTF-16 units, and about the most that one call scans; longer ones are encoded in JavaScript. */
export const mostUnits = 16_384;
/** Most texts of one call. */
export const mostRows = 2048;
/** Most ids of special tokens before, and after, each text. */
export const mostSpecialTokens = 8;
/** Ids are smaller: the upper bits of the last one in a slot of the cache are their number. */
export const idLimit = 0x10000000;
/** Normalization may write so many units for a call's texts; a text that does not fit is encoded in JavaScript. */
export const mostNormalized = 2 * (mostUnits + mostRows);

/*
 * Units that mean something else in normalized text. They are noncharacters of Unicode; a text that holds one itself
 * is encoded in JavaScript.
 */
export const spaceUnit = 0xfdd0;
/** The next unit is a word by itself. */
export const singleUnit = 0xfdd1;
export const endOfText = 0xfdd2;
/** Instead of a whole text: it is for JavaScript to encode. */
export const leftOut = 0xfdd3;
/** The first four from here stand in normalized text, the rest only in the table of meanings. */
export const firstMarker = 0xfdd0;
export const markers = 16;

/*
 * An entry of the table of meanings, one for each UTF-16 unit: the unit that it becomes, and above it (in 16 bits)
 * a second unit, or 0. Instead of the first unit one of these:
 */
export const firstDirective = 0xfdd4;
/** Nobody has asked yet. JavaScript fills the entry in. */
export const notYetKnown = 0xfdd4;
/** Removed. */
export const nothing = 0xfdd5;
/** Depends on its neighbours, or is not for WebAssembly for another reason. */
export const unusual = 0xfdd6;
/** Becomes several units: the upper half is an index into the expansions. */
export const expansion = 0xfdd7;
/** Half of a character beyond U+FFFF that stays as it is, with its other half. */
export const half = 0xfdd8;
export const directives = 5;

/** Two bytes where they start, two how many units: an entry of `expansions`. */
export const mostExpansions = 2048;
export const mostExpansionUnits = 8192;

/** Arguments and state of a scan. The compiler keeps data of its own from 1024 on, 32 bytes for each function passed on. */
export const control = 2048;
export const beforeCount = control;
export const afterCount = control + 4;
/** Where in the normalized text, or the list of parts, the next row begins. */
export const cursor = control + 8;
/** Text with a unit whose meaning nobody has asked for yet: its row, where it stands in `input`, where it goes. */
export const unknownRow = control + 12;
export const unknownFrom = control + 16;
export const unknownTo = control + 20;
export const before = control + 64;
export const after = control + 128;
/** Settings of a tokenizer, written once. */
export const settings = control + 256;
/** Setting: what becomes of ASCII letters, where digits stay and U+0020 is a space; 0 where that is not so. */
export const keepsLetters = 1;
export const foldsLetters = 2;
/** Setting: whether `spaceUnit` goes before every text. */
export const startsWithSpace = settings + 4;
export const unknownId = settings + 8;
export const longestWord = settings + 12;
/** Setting of Unigram: what a space does (`SpaceRule`), whether unknown characters are spelled in bytes, their score. */
export const everySpaceMarks = settings + 16;
export const unknownInBytes = settings + 20;
export const unknownScore = settings + 24;
/** Setting of WordPiece: the cell from which a continuing piece begins. */
export const continuing = settings + 32;
/** Address of the ids of cells. */
export const cellIds = settings + 36;
/** Settings of BPE: where pieces end, one of the rules below. */
export const pieceRule = settings + 40;
/** Whether the vocabulary spells bytes, and whether those of digits are apart from the others, as in Falcon's. */
export const spellsBytes = settings + 44;
export const digitsApart = settings + 48;
/** Whether characters of ASCII may be cut apart, and whether the tokens of a part depend on its place in its piece. */
export const cutsAscii = settings + 52;
export const placeMatters = settings + 56;
/** What becomes of a symbol that the vocabulary lacks: its id or -1, and whether a run of them is one token. */
export const unknownSymbol = settings + 60;
export const fusesUnknown = settings + 64;
/** Whether there are exceptions to look for. */
export const hasExceptions = settings + 68;
/** Addresses of the tables that differ in size, and one less than the number of merges that there is room for. */
export const canMerge = settings + 72;
export const merges = settings + 76;
export const mergedIds = settings + 80;
export const mergeMask = settings + 84;

/** The text is one piece. The others are named after the models that had them first. */
export const wholeText = 0;
export const gpt2 = 1;
export const falcon = 2;
export const cl100k = 3;
export const qwen2 = 4;
export const clip = 5;

export const meanings = 4096;
/** A number of each UTF-16 unit: its code in the trie; of `spaceUnit`: that of the mark before words. */
export const codes = meanings + 4 * 65_536;
/** A number of each UTF-16 unit: its id where it is a word by itself. */
export const singleIds = codes + 4 * 65_536;
export const expansions = singleIds + 4 * 65_536;
export const expansionUnits = expansions + 4 * mostExpansions;

/** Two slots of 32 bytes for each hash of a short word, two of 64 for that of a long one. */
export const shortWordBits = 15;
export const shortWords = expansionUnits + 2 * mostExpansionUnits;
export const longWordBits = 14;
export const longWords = shortWords + (64 << shortWordBits);

export const input = longWords + (128 << longWordBits);
export const lengths = input + 2 * mostUnits + 64;
export const ends = lengths + 4 * mostRows;
export const truncated = ends + 4 * mostRows;
export const normalized = truncated + mostRows;
export const ids = normalized + 2 * mostNormalized + 256;
/** A unit gives at most one id, of BPE three; a text one more for the mark before it. */
export const mostIds = 3 * mostNormalized + mostRows * (2 * mostSpecialTokens + 2) + 64;
/** A bit for each unit of normalized text: a part begins here. */
export const partStarts = ids + 4 * mostIds;
/** A bit for the hash of every pair of neighbouring units in a piece. */
export const bridgeBits = 19;
export const bridges = partStarts + mostNormalized / 8 + 64;
/** Of the longest word: codes, best scores, where the last piece starts, the cell in which it ends. */
export const wordCodes = bridges + ((1 << bridgeBits) >> 3);
export const best = wordCodes + 4 * (mostNormalized + 16);
export const pieceStarts = best + 8 * (mostNormalized + 16);
export const pieceEnds = pieceStarts + 4 * (mostNormalized + 16);
/** The trie, to the end. Everything before it has a size that is a multiple of 64. */
export const cells = pieceEnds + 4 * (mostNormalized + 16);

/*
 * BPE instead of the above, from `partStarts` on. A list of the parts of each text: where the first one begins, where
 * each ends, 0. Of a text that is left out only `leftOutParts`.
 */
export const parts = partStarts;
export const leftOutParts = 2;
/** Flags of the end of a part: it is dropped; there are parts of its piece before it, after it. */
export const droppedPart = 0x80000000;
export const notFirstPart = 0x10000000;
export const notLastPart = 0x20000000;
/** Without flags. */
export const partEnd = 0x0fffffff;
/**
 * Eight bytes for each UTF-16 unit: its row in the table of what can merge (32 bits), its column in there (16 bits), its
 * class (8 bits).
 */
export const units = parts + 4 * (mostNormalized + 2 * mostRows + 16);
export const unitColumn = 4;
export const unitClass = 6;
/** A class for each character from U+10000 to U+3FFFF. */
export const firstSupplementary = 0x10000;
export const supplementaryEnd = 0x40000;
export const supplementaryClasses = units + 8 * 65_536;
/** The class of `endOfText`, beside those of unicode-classes.ts. */
export const endClass = 6;
/** Ids of the bytes: in the middle of a piece, as its first, its last, its only byte; or those of byte fallback. */
export const byteIds = supplementaryClasses + (supplementaryEnd - firstSupplementary);
export const firstByte = 256;
export const lastByte = 512;
/** Ids of characters beyond U+FFFF, by the hash of the code point: pairs of code point and id. */
export const supplementaryIdBits = 12;
export const supplementaryIds = byteIds + 4 * 1024;
/** A bit for the hash of each piece that is a token although merges do not lead there. */
export const exceptionBits = 16;
export const exceptions = supplementaryIds + (8 << supplementaryIdBits);
/** A bit for the hash of every pair that merges. */
export const presentMerges = exceptions + ((1 << exceptionBits) >> 3);
/** Rank, times 256, of the merge of two bytes, or of two characters below U+0080; all ones where there is none. */
export const firstRanks = presentMerges + (4 << 15);
/** Symbols are smaller numbers, of 18 bits, so that two of them and a rank fit into the 64 bits of a merge. */
export const symbolBits = 18;
export const symbolLimit = 0x3ffff;
/** Symbols of a part: their places are numbers of 8 bits. */
export const mostSymbols = 256;
/** In bytes. A unit gives at most three symbols. A longer part is for JavaScript, which has a better way for those. */
export const longestPart = 2 * 85;
/** Of the part at hand: tokens; rank of the merge with the next one and place; neighbours. */
export const symbols = firstRanks + 4 * 65_536;
export const symbolRanks = symbols + 4 * (mostSymbols + 16);
export const previousSymbols = symbolRanks + 4 * (mostSymbols + 16);
export const nextSymbols = previousSymbols + 4 * (mostSymbols + 16);
/** The byte, or character below U+0080, that a symbol is at first; `noByte` where it is anything else. */
export const symbolBytes = nextSymbols + 4 * (mostSymbols + 16);
/** Not in any UTF-8. */
export const noByte = 0xff;
/** UTF-8 of the part. */
export const partBytes = symbolBytes + mostSymbols + 64;
/** What can merge, and the merges, to the end. */
export const bpeTables = partBytes + 4 * mostSymbols;
