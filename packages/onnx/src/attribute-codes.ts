/** Codes of AttributeProto.AttributeType, and the field that holds the value of each. */
export const attributeKinds = {
  float: { code: 1, field: 2 },
  int: { code: 2, field: 3 },
  string: { code: 3, field: 4 },
  tensor: { code: 4, field: 5 },
  graph: { code: 5, field: 6 },
  floats: { code: 6, field: 7 },
  ints: { code: 7, field: 8 },
  strings: { code: 8, field: 9 },
  tensors: { code: 9, field: 10 },
  graphs: { code: 10, field: 11 },
} as const;
