/** Conflicts: how serious, how marked, whether still to be settled. Colour never speaks alone. */

import type { Conflict, Severity } from '@/api/types'

/** From the worst. */
export const SEVERITIES: readonly Severity[] = ['serious', 'medium', 'minor']

interface Mark {
  colour: string
  /** SVG path in a 20 × 20 box. */
  shape: string
  glyph: string
}

/** A triangle with an exclamation mark, a triangle on its tip with a bar, a hexagon with a dot. */
export const MARKS: Record<Severity, Mark> = {
  serious: { colour: '#6a0f8e', shape: 'M10 1.2L19.2 18H.8z', glyph: 'M10 7.2v4.9M10 14.9v.3' },
  medium: { colour: '#8a3fb5', shape: 'M10 18.8L.8 2h18.4z', glyph: 'M6.8 6.9h6.4' },
  minor: { colour: '#9a67bd', shape: 'M10 1.4l7.5 4.3v8.6L10 18.6l-7.5-4.3V5.7z', glyph: 'M10 9.8v.4' },
}
export const SETTLED_COLOUR = '#6b7280'

/** Closed, or found no more: what is left of it is its record. */
export const isSettled = ({ state, present }: Pick<Conflict, 'state' | 'present'>) => state === 'closed' || !present

/** Whether its deadline is past and the work not verified; `today` as 2026-11-29. */
export const isOverdue = ({ deadline, state }: Pick<Conflict, 'deadline' | 'state'>, today: string) =>
  deadline !== null && deadline < today && state !== 'verified' && state !== 'closed'

/** The day where the page is read. */
export function dayOf(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/** The worst first, then the largest, then by number. */
export function inOrder(conflicts: readonly Conflict[]): Conflict[] {
  return [...conflicts].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      Number(b.area_m2) - Number(a.area_m2) ||
      a.number.localeCompare(b.number),
  )
}

/** Shape and glyph with their paints: full while it is to be settled, an outline after. */
export function painted(severity: Severity, settled: boolean) {
  const { colour, shape, glyph } = MARKS[severity]
  return settled
    ? { shape, glyph, fill: '#fff', stroke: SETTLED_COLOUR, width: 2, ink: SETTLED_COLOUR }
    : { shape, glyph, fill: colour, stroke: '#fff', width: 1.2, ink: '#fff' }
}

/** The mark as an SVG document, for the map. */
export function conflictSvg(severity: Severity, settled: boolean): string {
  const { shape, glyph, fill, stroke, width, ink } = painted(severity, settled)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 20 20">` +
    `<path d="${shape}" fill="${fill}" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"/>` +
    `<path d="${glyph}" fill="none" stroke="${ink}" stroke-width="2.4" stroke-linecap="round"/></svg>`
  )
}
