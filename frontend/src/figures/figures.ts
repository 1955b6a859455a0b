/** Figures as they are shown. All zeros of a figure are part of it and stay. */

import { signOf, times } from './decimal'

/** What stands where there is no figure. */
export const NONE = '—'
const MINUS = '−'

/** `1234567.80` → `1,234,567.80`; text that is no figure is shown as it is. */
export function grouped(text: string | null): string {
  if (text === null) return NONE
  if (signOf(text) === null) return text
  const [whole = '', fraction] = text.split('.')
  const shown = whole.replace('-', MINUS).replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? shown : `${shown}.${fraction}`
}

/** A margin with its sign: `+1.95`, `−0.31`, `0.00`. */
export function signed(text: string | null): string {
  const shown = grouped(text)
  return text !== null && signOf(text) === 1 && !shown.startsWith('+') ? `+${shown}` : shown
}

const SIGNS = { '>=': '≥', '<=': '≤', '=': '=' } as const

/** `≥ 327.40`; a target without a figure of its own shows none. */
export function requirement(op: keyof typeof SIGNS | null, required: string | null): string {
  if (required === null) return NONE
  return op ? `${SIGNS[op]} ${grouped(required)}` : grouped(required)
}

/** Square metres as 亩 (3/2000 亩 each, exactly), two decimals. */
export function muOf(m2: string | null): string | null {
  return m2 === null ? null : times(m2, 3n, 2000n, 2)
}

/** The same as it is shown; a trace of land never reads as none. */
export function muText(m2: string | null): string {
  const mu = muOf(m2)
  return mu !== null && m2 !== null && signOf(mu) === 0 && signOf(m2) === 1 ? '< 0.01' : grouped(mu)
}

/** Square metres as hectares, four decimals: a square metre is the last of them. */
export function hectareText(m2: string | null): string {
  const hectares = m2 === null ? null : times(m2, 1n, 10000n, 4)
  return hectares !== null && m2 !== null && signOf(hectares) === 0 && signOf(m2) === 1 ? '< 0.0001' : grouped(hectares ?? m2)
}

/** A share of the whole. Something never reads as nothing, nor nearly all as all. */
export function percent(share: string | null): string {
  if (share === null) return NONE
  const shown = times(share, 100n, 1n, 2)
  if (shown === null) return share
  if (signOf(shown) === 0 && signOf(share) === 1) return '< 0.01 %'
  if (shown === '100.00' && Number(share) < 1) return '> 99.99 %'
  return `${shown} %`
}

/** The first hexadecimal characters of a digest: enough to compare by eye. */
export function shortDigest(digest: string, length = 12): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, length)
}
