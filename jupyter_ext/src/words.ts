/** The words and numbers of a mark. */
import type { CellState, Run } from './match.js';

export const STATE_WORDS: Record<CellState, string> = {
  'not-run': 'not run',
  running: 'running',
  done: 'done',
  failed: 'failed',
  interrupted: 'interrupted',
  edited: 'edited since'
};

/** Of outputs in a cell that did not run in this kernel. */
export type OldOutputs = 'earlier' | 'stale';

export const OUTPUT_WORDS: Record<OldOutputs, string> = {
  earlier: 'earlier output',
  stale: 'stale output'
};

/** What a mark shows. */
export interface Mark {
  block: number | null;
  line: number | null;
  state: CellState;
  run: Run | null;
  outputs: OldOutputs | null;
}

/** 0.4 ms, 12 ms, 1.24 s, 12.4 s, 3 min 5 s, 2 h 1 min */
export function durationWords(seconds: number): string {
  const ms = seconds * 1000;
  if (ms < 0.95) {
    return `${Math.max(ms, 0).toFixed(1)} ms`;
  }
  if (ms < 999.5) {
    return `${ms.toFixed(0)} ms`;
  }
  if (seconds < 59.95) {
    return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** What a mark says in full, in its tooltip and to a screen reader. */
export function describe({ block, line, state, run, outputs }: Mark): string {
  const where = block === null ? 'New block' : `Block ${block}`;
  const parts = [line === null ? where : `${where}, line ${line}`, STATE_WORDS[state]];
  if (run !== null) {
    parts.push(`run ${run.order} of this kernel`);
    if (run.duration !== null) {
      parts.push(`took ${durationWords(run.duration)}`);
    }
    if (run.error) {
      parts.push(run.error);
    }
  }
  if (outputs !== null) {
    parts.push(outputs === 'stale' ? 'output of another source' : 'output of an earlier kernel');
  }
  return parts.join(' · ');
}

/** One finding about the text, as the server sends it. */
export interface Diagnostic {
  line: number;
  severity: 'error' | 'warning' | 'info';
  message: string;
  hint: string;
}

/** `intro.py.md:42: warning: what (what to do)` */
export function diagnosticWords(name: string, one: Diagnostic): string {
  const remedy = one.hint === '' ? '' : ` (${one.hint})`;
  return `${name}:${one.line}: ${one.severity}: ${one.message}${remedy}`;
}
