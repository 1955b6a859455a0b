/** How the lines look, on the map and in the legend: the field's customary colours. */

import { MARKS, SETTLED_COLOUR } from '@/conflicts/conflicts'

export interface Look {
  stroke: string
  width: number
  dash?: readonly number[]
  /** Plain fill, or the hatch drawn over it. */
  fill?: string
  hatch?: { colour: string; angle: 45 | -45 | 0 | 'both'; gap: number; width: number }
}

const hatch = (colour: string, angle: 45 | -45 | 0 | 'both' = 45, gap = 7, width = 1) => ({ colour, angle, gap, width })

export const LOOKS = {
  YJJBNT: { stroke: '#b98e00', width: 0.8, fill: '#ffe14d', hatch: hatch('#d9a800', -45, 8, 0.8) },
  STBHHX: { stroke: '#1f8a3b', width: 1.8, fill: 'rgba(46,160,80,.16)', hatch: hatch('#2e9e50', 45, 7, 1.1) },
  CZKFBJ: { stroke: '#d6246e', width: 1.8, fill: 'rgba(232,62,122,.25)' },
  zone_410: { stroke: '#d6246e', width: 2, fill: 'rgba(232,62,122,.32)' },
  zone_420: { stroke: '#d6246e', width: 1.4, dash: [6, 3], fill: 'rgba(232,62,122,.10)', hatch: hatch('rgba(214,36,110,.7)', 45, 6, 1) },
  zone_430: { stroke: '#a3309c', width: 1.4, dash: [2, 3], fill: 'rgba(163,48,156,.16)' },
  HLFXKZX: { stroke: '#1766b3', width: 1.6, dash: [8, 4], fill: 'rgba(33,118,199,.12)' },
  LSWHBHX: { stroke: '#8a4b1f', width: 1.6, dash: [10, 3, 2, 3], fill: 'rgba(138,75,31,.14)' },
  ZXCQCSLX: { stroke: '#0a6cff', width: 1.8, fill: 'rgba(10,108,255,.18)' },
  ZXCQCSLVX: { stroke: '#128a3a', width: 1.8, fill: 'rgba(18,138,58,.18)' },
  ZXCQCSZX: { stroke: '#7b1fa2', width: 1.8, fill: 'rgba(123,31,162,.18)' },
  ZXCQCSHX: { stroke: '#d18f00', width: 1.8, fill: 'rgba(245,184,0,.24)' },
  ROAD: { stroke: '#8c6d46', width: 1.4 },
  FACILITY: { stroke: '#ffffff', width: 1, fill: '#5a4fcf' },
  XZQ: { stroke: '#8a919c', width: 0.9, dash: [6, 3, 1, 3] },
  COUNTY: { stroke: '#30363f', width: 1.6, dash: [10, 3, 2, 3] },
  conflict_serious: { stroke: MARKS.serious.colour, width: 2.4, fill: 'rgba(106,15,142,.10)', hatch: hatch('rgba(106,15,142,.75)', 'both', 7, 1) },
  conflict_medium: { stroke: MARKS.medium.colour, width: 2, fill: 'rgba(138,63,181,.08)', hatch: hatch('rgba(138,63,181,.75)', 45, 7, 1) },
  conflict_minor: { stroke: MARKS.minor.colour, width: 1.6, fill: 'rgba(154,103,189,.06)', hatch: hatch('rgba(154,103,189,.8)', 0, 7, 1) },
  conflict_settled: { stroke: SETTLED_COLOUR, width: 1.6, dash: [4, 4], fill: 'rgba(255,255,255,.25)' },
} satisfies Record<string, Look>

export type LookName = keyof typeof LOOKS
export const lookOf = (name: LookName): Look => LOOKS[name]

/** The look of a zone of the urban boundary by its code; an unknown zone is drawn as the whole. */
export function zoneLook(code: unknown): LookName {
  const digits = String(code ?? '').slice(0, 2)
  return digits === '41' ? 'zone_410' : digits === '42' ? 'zone_420' : digits === '43' ? 'zone_430' : 'CZKFBJ'
}
