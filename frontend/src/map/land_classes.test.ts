import { expect, it } from 'vitest'
import { LAND_CLASSES, landClass, landColour, UNKNOWN_COLOUR } from './land_classes'

it.each([
  ['0101', 'paddy'],
  ['0304', 'wetland'],
  ['0402', 'wetland'],
  ['0603', 'wetland'],
  ['1106', 'wetland'],
  ['0301', 'wood'],
  ['0201K', 'orchard'],
  ['1104K', 'water'],
  ['1104A', 'water'],
  ['0810A', 'public'],
  ['1006', 'facility_farm'],
])('%s is %s', (code, name) => expect(landClass(code)).toBe(name))

it('shows an unknown code as unknown', () => {
  for (const code of ['', null, undefined, '9999', '01']) {
    expect(landClass(code)).toBe('unknown')
    expect(landColour(code)).toBe(UNKNOWN_COLOUR)
  }
})

it('puts no code into two classes and gives no colour twice', () => {
  const looks = Object.values(LAND_CLASSES)
  const codes = looks.flatMap((look) => look.codes)
  expect(new Set(codes).size).toBe(codes.length)
  expect(new Set([...looks.map((look) => look.colour), UNKNOWN_COLOUR]).size).toBe(looks.length + 1)
})
