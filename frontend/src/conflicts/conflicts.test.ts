import { expect, it } from 'vitest'
import type { Conflict } from '@/api/types'
import { conflictSvg, dayOf, inOrder, isOverdue, isSettled, MARKS, SEVERITIES } from './conflicts'

const conflict = (more: Partial<Conflict>) => ({ number: '220882-MD-0001', state: 'found', present: true, deadline: null, area_m2: '1.00', severity: 'minor', ...more }) as Conflict

it.each([
  ['assigned', '2026-11-28', true],
  ['assigned', '2026-11-29', false], // the day itself is still in time
  ['corrected', '2025-12-31', true],
  ['verified', '2025-12-31', false],
  ['closed', '2025-12-31', false],
  ['assigned', null, false],
] as const)('%s with the deadline %s: overdue %s', (state, deadline, late) =>
  expect(isOverdue(conflict({ state, deadline }), '2026-11-29')).toBe(late))

it('writes the day of the reader', () => expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05'))

it('is settled once closed, or found no more', () => {
  expect(isSettled(conflict({ state: 'verified' }))).toBe(false)
  expect(isSettled(conflict({ state: 'closed' }))).toBe(true)
  expect(isSettled(conflict({ present: false }))).toBe(true)
})

it('lists the worst first, then the largest', () => {
  const all = [
    conflict({ number: 'a', severity: 'minor', area_m2: '900000.00' }),
    conflict({ number: 'b', severity: 'serious', area_m2: '9.50' }),
    conflict({ number: 'c', severity: 'serious', area_m2: '10.00' }),
    conflict({ number: 'd', severity: 'medium' }),
  ]
  expect(inOrder(all).map(({ number }) => number)).toEqual(['c', 'b', 'd', 'a'])
})

it('marks every severity with a shape and a glyph of its own, and the settled without its colour', () => {
  expect(new Set(SEVERITIES.map((each) => MARKS[each].shape)).size).toBe(3)
  expect(new Set(SEVERITIES.map((each) => MARKS[each].glyph)).size).toBe(3)
  for (const each of SEVERITIES) {
    expect(conflictSvg(each, false)).toContain(`fill="${MARKS[each].colour}"`)
    expect(conflictSvg(each, true)).not.toContain(MARKS[each].colour)
    expect(conflictSvg(each, true)).toContain(MARKS[each].shape)
  }
})
