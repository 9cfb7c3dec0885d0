import { describeWithData } from "@kokeshi/test-data";
import { expect, it } from "vitest";
import { readRetrievalTask, readRows } from "./read-task.js";

describeWithData(
  "the shared evaluation data",
  ["eval/JaQuAD-retrieval", "eval/Cranfield", "eval/JSTS"],
  () => {
    it("has as many rows, documents, queries and judgements as its README says", () => {
      expect(readRows("JSTS", "test")).toHaveLength(1457);
      const judgements = (task: string): number[] => {
        const { documents, queries } = readRetrievalTask(task);
        return [documents.length, queries.length, queries.reduce((sum, { grades }) => sum + grades.size, 0)];
      };
      expect(judgements("JaQuAD-retrieval")).toEqual([1431, 3939, 3939]);
      expect(judgements("Cranfield")).toEqual([1400, 225, 1612]);
    });
  },
);
