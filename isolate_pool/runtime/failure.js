// Errors as the invoker wants them: type, message, stack and, for a syntax error, the place with its source line.
'use strict';

// What travels of an error at most: more than anybody reads, less than any limit on frames and headers.
const MAX_TEXT = 64 * 1024;
const MAX_STACK_LINES = 100;
const MAX_STACK_LINE = 4 * 1024;
// Of the source line above a syntax error's caret, to each side of it.
const FRAME_REACH = 100;

class HearthError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
    this.stack = '';
  }
}

function codeFrame(error) {
  if (!(error instanceof SyntaxError)) return '';
  // Node puts the place above the message of a syntax error that it met while loading a file.
  const stack = String(error.stack ?? '');
  const head = stack.length > MAX_TEXT ? '' : stack.split('\n\n')[0];
  if (/:\d+\n/.test(head) && head.includes('^')) return head.replace(/^file:\/\//, '');
  const where = binding.locate(error);
  if (!where) return '';
  const [file, line, column, source] = where;
  const from = Math.max(0, column - FRAME_REACH);
  const shown = source.slice(from, column + FRAME_REACH);
  // Code that was made from a string has no file.
  const place = String(file ?? 'eval').replace(/^file:\/\//, '');
  return `${place}:${line}\n${shown}\n${' '.repeat(column - from)}^`;
}

function stackLines(error) {
  const stack = String(error.stack ?? '');
  if (stack === '') return [];
  // A syntax error's stack starts with its code frame, which travels on its own.
  const start = error instanceof SyntaxError ? Math.max(stack.indexOf(`${error.name}:`), 0) : 0;
  return stack.slice(start, start + MAX_TEXT).split('\n', MAX_STACK_LINES).map((line) => line.slice(0, MAX_STACK_LINE));
}

class Failure {
  constructor(type, message, stack = [], frame = '') {
    this.type = type.slice(0, MAX_TEXT);
    this.message = message.slice(0, MAX_TEXT);
    this.stack = stack;
    this.frame = frame;
  }

  // Any thrown value, also one whose properties throw.
  static from(error) {
    try {
      if (error instanceof Error || typeof error?.stack === 'string') {
        return new Failure(String(error.name ?? 'Error'), String(error.message ?? ''), stackLines(error), codeFrame(error));
      }
      return new Failure(error === null ? 'null' : typeof error, String(error));
    } catch {
      return new Failure('Error', 'an error that cannot be shown');
    }
  }
}

module.exports = { Failure, HearthError };
