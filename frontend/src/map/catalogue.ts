/** The layers of the tree, from the top of the map to its bottom, and how each is drawn by default. */

import type { Dictionary } from '@/i18n/zh'

export type Group = 'monitoring' | 'lines' | 'other_lines' | 'land' | 'boundaries'
export type LayerName = Extract<
  keyof Dictionary['layers'],
  | 'FINDINGS' | 'CONFLICTS' | 'YJJBNT' | 'STBHHX' | 'CZKFBJ' | 'HLFXKZX' | 'LSWHBHX' | 'ZXCQCSLX' | 'ZXCQCSLVX' | 'ZXCQCSZX'
  | 'ZXCQCSHX' | 'DLTB' | 'ROAD' | 'FACILITY' | 'XZQ' | 'COUNTY'
>

export interface Entry {
  name: LayerName
  group: Group
  /** Where it comes from: the server's tiles of that kind, or what the page holds anyway. */
  from: 'tiles' | 'page'
  /** Registered year by year. */
  yearly: boolean
  visible: boolean
  opacity: number
  zIndex: number
}

const entry = (name: LayerName, group: Group, zIndex: number, more: Partial<Entry> = {}): Entry => ({
  name, group, zIndex, from: 'tiles', yearly: false, visible: true, opacity: 1, ...more,
})

export const CATALOGUE: readonly Entry[] = [
  entry('FINDINGS', 'monitoring', 90, { from: 'page' }),
  entry('CONFLICTS', 'monitoring', 91, { from: 'page' }),
  entry('STBHHX', 'lines', 50),
  entry('YJJBNT', 'lines', 40, { opacity: 0.6 }),
  entry('CZKFBJ', 'lines', 52),
  entry('HLFXKZX', 'other_lines', 54, { visible: false }),
  entry('LSWHBHX', 'other_lines', 60, { visible: false }),
  entry('ZXCQCSLX', 'other_lines', 61, { visible: false }),
  entry('ZXCQCSLVX', 'other_lines', 62, { visible: false }),
  entry('ZXCQCSZX', 'other_lines', 63, { visible: false }),
  entry('ZXCQCSHX', 'other_lines', 64, { visible: false }),
  entry('FACILITY', 'land', 70, { visible: false }),
  entry('ROAD', 'land', 30, { visible: false }),
  entry('DLTB', 'land', 20, { yearly: true, opacity: 0.9 }),
  entry('XZQ', 'boundaries', 66),
  entry('COUNTY', 'boundaries', 80, { from: 'page' }),
]

export const GROUPS: readonly Group[] = ['monitoring', 'lines', 'other_lines', 'land', 'boundaries']

export interface LayerState {
  visible: boolean
  opacity: number
}

export type LayerStates = Record<LayerName, LayerState>

export function defaultStates(): LayerStates {
  return Object.fromEntries(CATALOGUE.map(({ name, visible, opacity }) => [name, { visible, opacity }])) as LayerStates
}
