import { describe, expect, it } from 'vitest'
import { minus, sum, times } from './decimal'
import { grouped, hectareText, muOf, muText, percent, requirement, shortDigest, signed } from './figures'

describe('figures keep their zeros', () => {
  it.each([
    ['327.40', '327.40'],
    ['1316.46', '1,316.46'],
    ['1234567.00', '1,234,567.00'],
    ['0.10', '0.10'],
    ['-12345.60', '−12,345.60'],
    ['999', '999'],
  ])('%s is shown as %s', (text, shown) => expect(grouped(text)).toBe(shown))

  it('shows nothing as a dash, never as 0', () => {
    expect(grouped(null)).toBe('—')
    expect(requirement('<=', null)).toBe('—')
    expect(percent(null)).toBe('—')
    expect(muOf(null)).toBeNull()
  })

  it('leaves alone what is no figure', () => expect(grouped('约三成')).toBe('约三成'))
})

describe('margins carry their sign', () => {
  it.each([
    ['1.95', '+1.95'],
    ['-0.31', '−0.31'],
    ['0.00', '0.00'],
    ['-1234.50', '−1,234.50'],
  ])('%s → %s', (text, shown) => expect(signed(text)).toBe(shown))
})

describe('areas', () => {
  it('converts m² to 亩 exactly, rounding half up', () => {
    expect(muOf('2000')).toBe('3.00')
    expect(muOf('666.67')).toBe('1.00')
    expect(muOf('3.33')).toBe('0.00') // 0.004995
    expect(muOf('10.00')).toBe('0.02') // 0.015: half goes up, where binary fractions go down
    expect(muOf('18266666666.67')).toBe('27400000.00')
  })

  it('shows a trace of land as a trace', () => {
    expect(muText('1.24')).toBe('< 0.01')
    expect(muText('0.00')).toBe('0.00')
    expect(muText('2000000')).toBe('3,000.00')
    expect(muText(null)).toBe('—')
  })

  it('converts m² to hectares, four decimals, rounding half up', () => {
    expect(hectareText('14858.30')).toBe('1.4858')
    expect(hectareText('0.50')).toBe('0.0001')
    expect(hectareText('0.49')).toBe('< 0.0001')
    expect(hectareText('0.00')).toBe('0.0000')
    expect(hectareText('123456789.50')).toBe('12,345.6790')
    expect(hectareText(null)).toBe('—')
  })

  it('subtracts without losing a digit', () => {
    expect(minus('20345.67', '20345.70')).toBe('-0.03')
    expect(minus('1', '0.999')).toBe('0.001')
    expect(minus('9007199254740993.01', '9007199254740993.00')).toBe('0.01')
  })

  it('adds without losing a digit, and not at all where one is no figure', () => {
    expect(sum(['0.1', '0.20', '-0.05'])).toBe('0.25')
    expect(sum(['9007199254740993.01', '1'])).toBe('9007199254740994.01')
    expect(sum([])).toBe('0')
    expect(sum(['1', 'n/a'])).toBeNull()
  })

  it('has nothing to say about text', () => expect(times('n/a', 1n, 1n, 2)).toBeNull())
})

describe('shares', () => {
  it.each([
    ['0', '0.00 %'],
    ['0.000000', '0.00 %'],
    ['0.000003', '< 0.01 %'],
    ['0.731200', '73.12 %'],
    ['0.999999', '> 99.99 %'],
    ['1.000000', '100.00 %'],
  ])('%s → %s', (share, shown) => expect(percent(share)).toBe(shown))
})

it('shortens digests', () => expect(shortDigest('sha256:0123456789abcdef')).toBe('0123456789ab'))
it('reads requirements', () => expect(requirement('>=', '327.40')).toBe('≥ 327.40'))
