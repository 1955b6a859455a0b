import type { TargetRow } from '@/api/types'
import type { Dictionary } from '@/i18n/zh'
import { useI18n } from 'vue-i18n'

/** The approval names an indicator in Chinese; in English our own name stands for it where we have one. */
export function useIndicatorName() {
  const { t, te, locale } = useI18n()
  return (row: Pick<TargetRow, 'indicator' | 'indicator_id'>): string => {
    const key = `indicator.${row.indicator_id as keyof Dictionary['indicator']}` as const
    return locale.value === 'en' && te(key) ? t(key) : row.indicator
  }
}

/** The customary order of the tables of targets; what is not in it comes after, as it comes. */
const ORDER = ['farmland_retained', 'basic_farmland', 'ecological_redline', 'expansion_multiple', 'water_use_total']
const placeOf = (id: string) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length)
export const inCustomaryOrder = <T>(all: T[], idOf: (one: T) => string): T[] => [...all].sort((a, b) => placeOf(idOf(a)) - placeOf(idOf(b)))

const UNITS: Record<string, string> = {
  万亩: '10⁴ mu', 亩: 'mu', 公顷: 'ha', 平方千米: 'km²', 平方米: 'm²', 亿立方米: '10⁸ m³', 立方米: 'm³', 倍: '×', 个: '',
}

/** Units as the official tables write them; in English by their symbols. */
export function useUnit() {
  const { locale } = useI18n()
  return (unit: string | null): string => (unit === null ? '' : locale.value === 'en' ? (UNITS[unit] ?? unit) : unit)
}
