import { expect, it } from 'vitest'
import { readAddress, START, writeAddress, type Address } from './address'

it('comes back as it went', () => {
  const address: Address = {
    area: '220882', year: 2023, language: 'en', tab: 'findings', target: 'water_use_total@2035', finding: 'ab12', conflict: '220882-MD-0001',
    feature: { digest: '0123456789ab', fid: 17 }, at: { lon: 123.45678, lat: -45.5, zoom: 11.25 },
  }
  expect(readAddress(writeAddress(address))).toEqual(address)
})

it('leaves defaults out', () => expect(writeAddress({ ...START })).toBe('#'))
it('starts in Chinese with nothing chosen', () => expect(readAddress('')).toEqual(START))

it.each(['#year=20x5', '#year=99999', '#at=999,0,3', '#at=1,2', '#feature=../../x/1', '#feature=abcdef', '#tab=evil', '#lang=fr', '#%E0%A4%A'])(
  'ignores what it does not understand: %s',
  (hash) => expect(readAddress(hash)).toEqual(START),
)

it('keeps the place readable', () =>
  expect(writeAddress({ ...START, at: { lon: 123, lat: 45.5, zoom: 9 } })).toBe('#at=123.00000,45.50000,9.00'))
