/** The four answers: order, shape, glyph. Colour never speaks alone, and what cannot be told is never green. */

import type { AnswerWord } from '@/api/types'

/** From the best to the worst, as `lantu.core.finding` orders them. */
export const ANSWERS: readonly AnswerWord[] = ['pass', 'needs_person', 'cannot_tell', 'fail']

/** Read an answer; a word this page does not know cannot be told. */
export function answerOf(word: unknown): AnswerWord {
  return ANSWERS.find((answer) => answer === word) ?? 'cannot_tell'
}

/** What a whole deserves; of nothing at all one cannot tell. */
export function worst(answers: Iterable<AnswerWord>): AnswerWord {
  let found: AnswerWord | null = null
  for (const answer of answers) {
    if (found === null || ANSWERS.indexOf(answer) > ANSWERS.indexOf(found)) found = answer
  }
  return found ?? 'cannot_tell'
}

export function counted(answers: Iterable<AnswerWord>): Record<AnswerWord, number> {
  const counts = { pass: 0, needs_person: 0, cannot_tell: 0, fail: 0 }
  for (const answer of answers) counts[answer] += 1
  return counts
}

export interface Mark {
  colour: string
  /** SVG path in a 20 × 20 box. */
  shape: string
  glyph: string
  /** An outlined shape has its glyph in its own colour. */
  filled: boolean
}

const CIRCLE = 'M10 1.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17z'

/** A disc with a tick, a square with a cross, a diamond with an exclamation mark, a ring with a question mark. */
export const MARKS: Record<AnswerWord, Mark> = {
  pass: { colour: '#1a7f4b', shape: CIRCLE, glyph: 'M5.8 10.3l2.9 2.9l5.6-6', filled: true },
  fail: { colour: '#c62828', shape: 'M3 1.8h14a1.2 1.2 0 0 1 1.2 1.2v14a1.2 1.2 0 0 1-1.2 1.2h-14a1.2 1.2 0 0 1-1.2-1.2v-14a1.2 1.2 0 0 1 1.2-1.2z', glyph: 'M6.4 6.4l7.2 7.2M13.6 6.4l-7.2 7.2', filled: true },
  needs_person: { colour: '#a85f00', shape: 'M10 .6l9.4 9.4l-9.4 9.4l-9.4-9.4z', glyph: 'M10 5.2v5.9M10 13.9v.9', filled: true },
  cannot_tell: { colour: '#6b7280', shape: CIRCLE, glyph: 'M7.4 7.9a2.6 2.6 0 1 1 3.9 2.3c-.8.5-1.3.9-1.3 1.9M10 14.4v.6', filled: false },
}

/** The mark as an SVG document, for the map. */
export function markSvg(answer: AnswerWord): string {
  const { colour, shape, glyph, filled } = MARKS[answer]
  const body = filled
    ? `<path d="${shape}" fill="${colour}" stroke="#fff" stroke-width="1.2"/>`
    : `<path d="${shape}" fill="#fff" stroke="${colour}" stroke-width="2"/>`
  const ink = filled ? '#fff' : colour
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 20 20">${body}` +
    `<path d="${glyph}" fill="none" stroke="${ink}" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  )
}
