/*
 * Where the tables for numbers as text lie, in bytes from the first, which has the powers of ten. This file is compiled
 * twice, for JavaScript and for WebAssembly, so that both sides agree.
 */
export const halfUnitsAt = 4096;
export const decimalsAt = 8192;
export const nextDecadeAt = 10_240;
export const threeDigitsAt = 11_264;
export const tableBytes = 15_264;
