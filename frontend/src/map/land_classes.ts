/**
 * Land classes (DLBM) as the map colours and explains them.
 *
 * Hues are the customary ones of land-survey maps, made paler; no standard was read for them. A class is listed
 * code by code, because the first two digits do not tell the group (wetland lies under 03, 04, 06 and 11).
 */

import type { Dictionary } from '@/i18n/zh'

export type LandClass = keyof Dictionary['land']

interface Look {
  colour: string
  codes: readonly string[]
}

export const LAND_CLASSES: Record<Exclude<LandClass, 'unknown'>, Look> = {
  paddy: { colour: '#f3d16b', codes: ['0101'] },
  irrigated: { colour: '#f9e78b', codes: ['0102'] },
  dry: { colour: '#fdf5c4', codes: ['0103'] },
  orchard: { colour: '#d9c46c', codes: ['0201', '0202', '0203', '0204'] },
  wood: { colour: '#86b97c', codes: ['0301', '0302', '0305', '0307'] },
  grass: { colour: '#cfe5a0', codes: ['0401', '0403', '0404'] },
  wetland: { colour: '#86ccba', codes: ['0303', '0304', '0306', '0402', '0603', '1105', '1106', '1108'] },
  water: { colour: '#8dbfe3', codes: ['1101', '1102', '1103', '1104', '1104A', '1107', '1107A', '1109', '1110'] },
  urban_home: { colour: '#e58b82', codes: ['0701'] },
  rural_home: { colour: '#f0b3ad', codes: ['0702'] },
  commerce: { colour: '#dd5b52', codes: ['0508', '05H1'] },
  industry: { colour: '#b99a80', codes: ['0601', '0602'] },
  public: { colour: '#dd93bd', codes: ['0809', '0810', '0810A', '08H1', '08H2', '08H2A'] },
  special: { colour: '#98a36c', codes: ['09'] },
  transport: { colour: '#b4b4b8', codes: ['1001', '1002', '1003', '1004', '1005', '1007', '1008', '1009'] },
  facility_farm: { colour: '#d6cfa6', codes: ['1006', '1202'] },
  other: { colour: '#e4ded4', codes: ['1201', '1203', '1204', '1205', '1206', '1207'] },
}

/** Loud on purpose: a code nobody knows should be seen. */
export const UNKNOWN_COLOUR = '#c9a0ff'

const CLASS_OF = new Map(
  Object.entries(LAND_CLASSES).flatMap(([name, look]) => look.codes.map((code) => [code, name as LandClass] as const)),
)

/** The class of a code; adjustable land (`K`) is coloured as what grows there now, not as farmland. */
export function landClass(code: unknown): LandClass {
  const text = String(code ?? '')
  return CLASS_OF.get(text) ?? CLASS_OF.get(text.replace(/K$/, '')) ?? 'unknown'
}

export function landColour(code: unknown): string {
  const found = landClass(code)
  return found === 'unknown' ? UNKNOWN_COLOUR : LAND_CLASSES[found].colour
}
