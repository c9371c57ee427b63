// What is wrong with a learner's code, in words and with the line to look at. Never with a stack.
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Where to look: a file of the learner's folder, and a line of it, counted from 1, if one stands out. */
export interface Place {
  file: string;
  line?: number;
}

/** Something is wrong. The message says what, in words for the learner. */
export class Fault extends Error {
  readonly place: Place | undefined;

  constructor(words: string, place?: Place) {
    super(words);
    this.place = place;
  }
}

const commentOrImport = /^\s*(\/\/|import\b)/;

/**
 * The first line of a file that matches one of these patterns, tried in this order. Otherwise the line with the TODO, and without
 * one the file as a whole.
 */
export function lineOf(folder: string, file: string, patterns: RegExp[]): Place {
  const path = join(folder, file);
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  for (const pattern of [...patterns, /TODO/]) {
    const isTodo = pattern.source === "TODO";
    const at = lines.findIndex((line) => pattern.test(line) && (isTodo || !commentOrImport.test(line)));
    if (at !== -1) return { file, line: at + 1 };
  }
  return { file };
}

/** An error that the learner's code has thrown, with the first line of this folder in its stack. */
export function faultOf(error: unknown, folder: string, before: string): Fault {
  if (error instanceof Fault) return error;
  const { name = "Error", message = String(error), stack = "" } = error as Partial<Error>;
  const words = `${before}: ${name}: ${firstLine(message)}`;
  for (const [, file, line] of stack.matchAll(/([\w-]+\.ts):(\d+)/g))
    if (existsSync(join(folder, basename(file!))))
      return new Fault(words, { file: basename(file!), line: Number(line) });
  return new Fault(words);
}

/** The first line of what an error says: what comes after it is for whoever wrote the program. */
export const firstLine = (message: string): string => stripVTControlCharacters(message).split("\n")[0]!;

/** An error of the system, such as that of a full disk, in words. Any other error is thrown again. */
export function systemFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (!syscall) throw error;
  return new Fault(`The system says: ${message}. Is the disk full, or does another program use this file?`);
}
