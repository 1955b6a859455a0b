/** What the address bar holds after `#`: enough to show a colleague the same page. */

import type { Language } from './i18n'

export type Tab = 'targets' | 'findings' | 'conflicts' | 'approval'
const TABS: readonly Tab[] = ['targets', 'findings', 'conflicts', 'approval']

export interface Place {
  lon: number
  lat: number
  zoom: number
}

export interface Address {
  area: string | null
  year: number | null
  language: Language
  tab: Tab
  /** Id of the target whose reasons are open: `indicator@target year`. */
  target: string | null
  finding: string | null
  /** Number of the conflict that is open. */
  conflict: string | null
  feature: { digest: string; fid: number } | null
  at: Place | null
}

export const START: Readonly<Address> = {
  area: null, year: null, language: 'zh', tab: 'targets', target: null, finding: null, conflict: null, feature: null, at: null,
}

/** Read a hash; what is not understood is left at its default, never an error. */
export function readAddress(hash: string): Address {
  const values = new URLSearchParams(hash.replace(/^#/, ''))
  const year = values.get('year') ?? ''
  return {
    area: values.get('area') || null,
    year: /^\d{4}$/.test(year) ? Number(year) : null,
    language: values.get('lang') === 'en' ? 'en' : 'zh',
    tab: TABS.find((tab) => tab === values.get('tab')) ?? 'targets',
    target: values.get('target') || null,
    finding: values.get('finding') || null,
    conflict: values.get('conflict') || null,
    feature: readFeature(values.get('feature') ?? ''),
    at: readPlace(values.get('at') ?? ''),
  }
}

function readFeature(text: string): Address['feature'] {
  const match = /^([0-9a-f]{6,64})\/(\d{1,9})$/.exec(text)
  return match ? { digest: match[1]!, fid: Number(match[2]) } : null
}

function readPlace(text: string): Place | null {
  const match = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)$/.exec(text)
  if (!match) return null
  const [lon, lat, zoom] = match.slice(1).map(Number) as [number, number, number]
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 && zoom <= 24 ? { lon, lat, zoom } : null
}

/** Write a hash; defaults are left out. Commas and slashes stay readable. */
export function writeAddress(address: Address): string {
  const { area, year, language, tab, target, finding, conflict, feature, at } = address
  const parts: [string, string | null][] = [
    ['area', area],
    ['year', year === null ? null : String(year)],
    ['tab', tab === START.tab ? null : tab],
    ['target', target],
    ['finding', finding],
    ['conflict', conflict],
    ['feature', feature && `${feature.digest}/${feature.fid}`],
    ['lang', language === START.language ? null : language],
    ['at', at && `${at.lon.toFixed(5)},${at.lat.toFixed(5)},${at.zoom.toFixed(2)}`],
  ]
  const shown = parts.filter((part): part is [string, string] => part[1] !== null)
  return '#' + shown.map(([name, value]) => `${name}=${encode(value)}`).join('&')
}

const encode = (value: string) => encodeURIComponent(value).replace(/%2C/g, ',').replace(/%2F/g, '/').replace(/%40/g, '@')
