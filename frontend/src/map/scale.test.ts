import { expect, it } from 'vitest'
import { bar, lengthText, lonLatText, metresPerDegreeEast } from './scale'

it('knows a degree of longitude', () => {
  expect(metresPerDegreeEast(0)).toBeCloseTo(111319.4908, 3)
  expect(metresPerDegreeEast(45)).toBeCloseTo(78846.835, 2)
  expect(metresPerDegreeEast(90)).toBeCloseTo(0, 6)
})

it('takes round lengths that fit', () => {
  const { metres, pixels } = bar(0.001, 45, 120)
  expect(metres).toBe(5000)
  expect(pixels).toBeCloseTo(63.41, 1)
  for (const degrees of [1e-6, 3.3e-5, 0.0007, 0.02]) expect(bar(degrees, 45.5, 120).pixels).toBeLessThanOrEqual(120)
})

it('writes lengths and places', () => {
  expect(lengthText(500)).toBe('500 m')
  expect(lengthText(20000)).toBe('20 km')
  expect(lonLatText(123.4567891, 45.1)).toBe('123.456789°E  45.100000°N')
})
