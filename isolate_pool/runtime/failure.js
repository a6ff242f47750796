// Errors as the invoker wants them: type, message, stack and, for a syntax error, the place with its source line.
'use strict';

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
  const head = String(error.stack ?? '').split('\n\n')[0];
  if (/:\d+\n/.test(head) && head.includes('^')) return head.replace(/^file:\/\//, '');
  const where = binding.locate(error);
  if (!where) return '';
  const [file, line, column, source] = where;
  return `${file.replace(/^file:\/\//, '')}:${line}\n${source}\n${' '.repeat(column)}^`;
}

function stackLines(error) {
  const stack = String(error.stack ?? '');
  if (stack === '') return [];
  // A syntax error's stack starts with its code frame, which travels on its own.
  const start = error instanceof SyntaxError ? Math.max(stack.indexOf(`${error.name}:`), 0) : 0;
  return stack.slice(start).split('\n');
}

class Failure {
  constructor(type, message, stack = [], frame = '') {
    this.type = type;
    this.message = message;
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
