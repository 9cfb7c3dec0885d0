"""Tokenizers of a few words: the tokenizer.json, and what it makes of texts of those words."""

WORDS = (
    "the a of and in is wooden doll japan has no arms legs small old new north spring hot water village made by hand "
    "painted with red black ink for children query"
).split()


def added(content, id):
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": id, "content": content, **flags}


def template(before, after, ids):
    def special(token):
        return {"SpecialToken": {"id": token, "type_id": 0}}

    single = [special(t) for t in before] + [{"Sequence": {"id": "A", "type_id": 0}}] + [special(t) for t in after]
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in before + after},
    }


def file(model, specials, **components):
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added(token, id) for token, id in specials.items()],
        "normalizer": None,
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": None,
        **components,
        "model": model,
    }


class WordPiece:
    pad = 0

    def __init__(self):
        names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ":"] + WORDS
        self.ids = {name: id for id, name in enumerate(names)}
        self.size = len(names)
        self.json = file(
            {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": self.ids,
            },
            {token: self.ids[token] for token in names[:4]},
            normalizer={
                "type": "BertNormalizer",
                "clean_text": True,
                "handle_chinese_chars": True,
                "strip_accents": None,
                "lowercase": True,
            },
            pre_tokenizer={"type": "BertPreTokenizer"},
            post_processor=template(["[CLS]"], ["[SEP]"], self.ids),
        )

    def encode(self, text, limit):
        words = text.lower().replace(":", " :").split()
        content = [self.ids.get(word, self.ids["[UNK]"]) for word in words]
        return [self.ids["[CLS]"]] + content[: limit - 2] + [self.ids["[SEP]"]]


class Bytes:
    """BPE of bytes, with the letters alone: it has no merges."""

    pad = 1

    def __init__(self, specials, **components):
        names = specials + ["\u0120"] + [chr(c) for c in range(ord("a"), ord("z") + 1)]
        self.ids = {name: id for id, name in enumerate(names)}
        self.size = len(names)
        self.json = file(
            {
                "type": "BPE",
                "dropout": None,
                "unk_token": None,
                "continuing_subword_prefix": "",
                "end_of_word_suffix": "",
                "fuse_unk": False,
                "vocab": self.ids,
                "merges": [],
            },
            {token: self.ids[token] for token in names[:4]},
            pre_tokenizer={"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
            **components,
        )

    def encode(self, text, limit):
        content = [self.ids["\u0120" if letter == " " else letter] for letter in text.strip()]
        return [0] + content[: limit - 2] + [2]


def roberta():
    processing = {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0]}
    return Bytes(
        ["<s>", "<pad>", "</s>", "<unk>"],
        post_processor={**processing, "trim_offsets": True, "add_prefix_space": False},
    )


def modern_bert():
    specials = ["[CLS]", "[PAD]", "[SEP]", "[UNK]"]
    ids = {token: id for id, token in enumerate(specials)}
    return Bytes(specials, normalizer={"type": "NFC"}, post_processor=template(["[CLS]"], ["[SEP]"], ids))


class Unigram:
    def __init__(self, specials, before, after):
        pieces = specials + ["\u2581" + word for word in WORDS]
        self.ids = {piece: id for id, piece in enumerate(pieces)}
        self.size = len(pieces)
        self.pad = self.ids["<pad>"]
        self.before, self.after = ([self.ids[token] for token in tokens] for tokens in (before, after))
        self.json = file(
            {
                "type": "Unigram",
                "unk_id": self.ids["<unk>"],
                "vocab": [[piece, 0.0 if piece in specials else -3.0] for piece in pieces],
                "byte_fallback": False,
            },
            {token: self.ids[token] for token in specials},
            pre_tokenizer={"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
            post_processor=template(before, after, self.ids),
        )

    def encode(self, text, limit):
        content = [self.ids["\u2581" + word] for word in text.split()]
        return self.before + content[: limit - len(self.before) - len(self.after)] + self.after


def xlm_roberta():
    return Unigram(["<s>", "<pad>", "</s>", "<unk>"], ["<s>"], ["</s>"])


def t5():
    return Unigram(["<pad>", "</s>", "<unk>"], [], ["</s>"])
