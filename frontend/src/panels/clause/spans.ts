/**
 * Spans of a source text. They count Unicode code points, as Python does, while JavaScript strings count
 * UTF-16 units: one character beyond U+FFFF (the approvals' decimal point is one) would shift all that follows.
 */

import type { Clause, Span } from '@/api/types'

export interface Piece {
  text: string
  marked: boolean
}

const inside = (n: number, most: number) => Math.min(Math.max(n, 0), most)

/** Cut [from, to) of a text into pieces, marked where a span covers them; spans may touch or overlap. */
export function cut(text: string, spans: readonly Span[], range?: Span): Piece[] {
  const points = Array.from(text)
  const from = inside(range?.[0] ?? 0, points.length)
  const to = inside(range?.[1] ?? points.length, points.length)
  const pieces: Piece[] = []
  let at = from
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const [begin, stop] = [inside(Math.max(start, at), to), inside(end, to)]
    if (stop <= begin) continue
    if (begin > at) pieces.push({ text: points.slice(at, begin).join(''), marked: false })
    const last = pieces[pieces.length - 1]
    const marked = points.slice(begin, stop).join('')
    if (last?.marked && begin === at) last.text += marked
    else pieces.push({ text: marked, marked: true })
    at = stop
  }
  if (at < to) pieces.push({ text: points.slice(at, to).join(''), marked: false })
  return pieces
}

/** Where a sentence stands in the text: the occurrence that holds the span, or the first; null if nowhere. */
export function placeOf(text: string, sentence: string, span: Span | null): Span | null {
  if (!sentence) return null
  let first: Span | null = null
  for (let unit = text.indexOf(sentence); unit >= 0; unit = text.indexOf(sentence, unit + 1)) {
    const start = Array.from(text.slice(0, unit)).length
    const place: Span = [start, start + Array.from(sentence).length]
    if (!span || (place[0] <= span[0] && span[1] <= place[1])) return place
    first ??= place
  }
  return span ? null : first
}

export interface Quote {
  pieces: Piece[]
  /** `found`: the sentence that holds the span. `near`: words around it, no whole sentence. `registered`: the text lacks it. */
  how: 'found' | 'near' | 'registered'
}

/** Further from the figure than this, what looks like a sentence is a table or a page without stops. */
const MOST = 220
const AROUND = 48

/** The sentence around a span, from one 。 to the next; null where no such stop is in reach. */
export function sentenceAround(text: string, span: Span): Span | null {
  const points = Array.from(text)
  if (span[0] < 0 || span[1] > points.length || span[0] >= span[1]) return null
  let [from, to] = span
  while (from > 0 && points[from - 1] !== '。') from--
  while (to < points.length && points[to] !== '。') to++
  while (from < span[0] && /\s/.test(points[from]!)) from++
  return to === points.length || span[0] - from > MOST || to - span[1] > MOST ? null : [from, to + 1]
}

/** The sentence behind a figure with the figure marked, out of the full text where that is at hand. */
export function quote(text: string | null, clause: Clause): Quote {
  const span = clause.span
  if (text !== null) {
    // The registered words are folded (width, script, line ends); the source is quoted as it stands.
    const place = placeOf(text, clause.text, span) ?? (span ? sentenceAround(text, span) : null)
    if (place) return { pieces: cut(text, span ? [span] : [], place), how: 'found' }
    if (span) return { pieces: cut(text, [span], [span[0] - AROUND, span[1] + AROUND]), how: 'near' }
  }
  return { pieces: [{ text: clause.text, marked: false }], how: 'registered' }
}

/** Join the lines that a page break or a PDF cut: nothing between Chinese characters, a space between words. */
export function joinLines(text: string): string {
  return text.replace(/\s*\n\s*/g, (_, at: number, whole: string) => {
    const before = whole.charAt(at - 1)
    const after = whole.slice(at).trimStart().charAt(0)
    return /[A-Za-z0-9,;]/.test(before) && /[A-Za-z0-9]/.test(after) ? ' ' : ''
  })
}

/** An ideograph that few fonts have: it stands alone, so that a browser without one loses it and not its whole line. */
export const RARE = /^[\u{20000}-\u{3FFFF}]$/u

/** Cut out the characters that no font can show, so that they can be named instead. */
export function oddCharacters(text: string): { text: string; code: string | null }[] {
  return text
    .split(/(\p{Co}|\uFFFD|[\u{20000}-\u{3FFFF}])/u)
    .filter((part) => part !== '')
    .map((part) => ({ text: part, code: /^(\p{Co}|\uFFFD)$/u.test(part) ? codeOf(part) : null }))
}

const codeOf = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
