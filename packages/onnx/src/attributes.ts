import type { OnnxAttribute } from "./model.js";

export const float = (value: number): OnnxAttribute => ({ type: "float", value });
export const int = (value: number): OnnxAttribute => ({ type: "int", value });
export const ints = (...value: number[]): OnnxAttribute => ({ type: "ints", value });
export const floats = (...value: number[]): OnnxAttribute => ({ type: "floats", value });
export const string = (value: string): OnnxAttribute => ({ type: "string", value });
