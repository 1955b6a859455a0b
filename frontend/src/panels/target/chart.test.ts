import { expect, it } from 'vitest'
import type { Series } from '@/api/types'
import { chartOptions } from './chart'

const words = { required: (figure: string) => `要求 ${figure}`, answer: (answer: string) => answer, unknown: '无法判定', unit: '万亩' }
const series: Series = {
  unit: '万亩', required: '327.40', op: '>=',
  points: [
    { year: 2020, value: '330.10', answer: 'pass' },
    { year: 2021, value: null, answer: 'cannot_tell' },
    { year: 2022, value: '326.00', answer: 'fail' },
  ],
}

it('draws the required line with its zeros', () => {
  const [line] = chartOptions(series, 2022, words).series
  expect(line!.markLine!.data).toEqual([{ yAxis: 327.4 }])
  expect(line!.markLine!.label.formatter).toBe('要求 ≥ 327.40')
})

it('leaves a gap where a year cannot be told, never a zero', () => {
  const options = chartOptions(series, 2022, words)
  expect(options.series[0]!.data[1]!.value).toBeNull()
  expect(options.series[0]!.connectNulls).toBe(false)
  expect(options.tooltip.formatter([{ dataIndex: 1 }])).toContain('无法判定')
})

it('keeps the limit and all figures inside the axis', () => {
  const { min, max } = chartOptions(series, 2020, words).yAxis
  expect(min).toBeLessThan(326)
  expect(max).toBeGreaterThan(330.1)
})

it('draws no line for a target without a figure', () =>
  expect(chartOptions({ ...series, required: null }, 2020, words).series[0]).not.toHaveProperty('markLine'))

it('gives each answer its own shape', () => {
  const symbols = chartOptions(series, 2020, words).series[0]!.data.map((point) => point.symbol)
  expect(new Set(symbols).size).toBe(3)
})
