/** Exact decimal figures. The server sends text; no figure here ever becomes a binary fraction. */

/** units · 10^-scale */
interface Decimal {
  units: bigint
  scale: number
}

const FORM = /^([+-]?)(\d+)(?:\.(\d*))?$/

function read(text: string): Decimal | null {
  const match = FORM.exec(text.trim())
  if (!match) return null
  const [, sign, whole, fraction = ''] = match
  const units = BigInt(whole + fraction)
  return { units: sign === '-' ? -units : units, scale: fraction.length }
}

function print({ units, scale }: Decimal): string {
  const digits = abs(units).toString().padStart(scale + 1, '0')
  const cut = digits.length - scale
  const sign = units < 0n ? '-' : ''
  return scale ? `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}` : sign + digits
}

const abs = (n: bigint) => (n < 0n ? -n : n)
const power = (n: number) => 10n ** BigInt(n)

/** Divide, half away from zero: the field's rounding. */
function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  const quotient = (2n * abs(numerator) + denominator) / (2n * denominator)
  return numerator < 0n ? -quotient : quotient
}

/** Multiply by numerator ÷ denominator and round half up; null for text that is no plain figure. */
export function times(text: string, numerator: bigint, denominator: bigint, decimals: number): string | null {
  const value = read(text)
  if (!value) return null
  const units = divideHalfUp(value.units * numerator * power(decimals), denominator * power(value.scale))
  return print({ units, scale: decimals })
}

/** left − right, with the decimals of the finer of the two. */
export function minus(left: string, right: string): string | null {
  const a = read(left)
  const b = read(right)
  if (!a || !b) return null
  const scale = Math.max(a.scale, b.scale)
  return print({ units: a.units * power(scale - a.scale) - b.units * power(scale - b.scale), scale })
}

/** The sum, with the decimals of the finest; null where one is no plain figure. */
export function sum(figures: readonly string[]): string | null {
  const values = figures.map(read)
  if (values.some((value) => value === null)) return null
  const scale = Math.max(0, ...values.map((value) => value!.scale))
  return print({ units: values.reduce((total, value) => total + value!.units * power(scale - value!.scale), 0n), scale })
}

/** −1, 0 or 1; null for text that is no plain figure. */
export function signOf(text: string): -1 | 0 | 1 | null {
  const value = read(text)
  if (!value) return null
  return value.units === 0n ? 0 : value.units < 0n ? -1 : 1
}
