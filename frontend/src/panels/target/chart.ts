/** The chart of a series as ECharts options. Pure: a series in, options out. */

import { MARKS } from '@/answers/answers'
import type { Series } from '@/api/types'
import { grouped, requirement } from '@/figures/figures'

export interface ChartWords {
  required: (figure: string) => string
  answer: (answer: Series['points'][number]['answer']) => string
  unknown: string
  unit: string
}

/** Shapes of the marks on the line: as the icons, so that colour does not speak alone. */
const SYMBOLS = { pass: 'circle', fail: 'rect', needs_person: 'diamond', cannot_tell: 'emptyCircle' } as const

export function chartOptions(series: Series, chosen: number, words: ChartWords) {
  const figures = series.points.flatMap(({ value }) => (value === null ? [] : [Number(value)]))
  const limit = series.required === null ? null : Number(series.required)
  const all = limit === null ? figures : [...figures, limit]
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const room = (most - least || Math.abs(most) * 0.02 || 1) * 0.25
  return {
    animation: false,
    grid: { left: 8, right: 14, top: 26, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis' as const,
      confine: true,
      formatter: (hits: unknown) => {
        const point = series.points[(hits as { dataIndex: number }[])[0]?.dataIndex ?? -1]
        if (!point) return ''
        const figure = point.value === null ? words.unknown : `${grouped(point.value)} ${words.unit}`
        return `${point.year}　${figure}<br>${words.answer(point.answer)}`
      },
    },
    xAxis: {
      type: 'category' as const,
      data: series.points.map(({ year }) => String(year)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: '#9aa3b0' } },
      axisLabel: { interval: 0, color: '#5c6470', fontSize: 11, formatter: (year: string) => (Number(year) === chosen ? `{now|${year}}` : year), rich: { now: { fontWeight: 'bold' as const, color: '#16407a', fontSize: 11 } } },
    },
    yAxis: {
      type: 'value' as const,
      min: least - room,
      max: most + room,
      splitNumber: 3,
      axisLabel: { color: '#5c6470', fontSize: 10, showMinLabel: false, showMaxLabel: false, hideOverlap: true },
      splitLine: { lineStyle: { color: '#e6e9ee' } },
    },
    series: [
      {
        type: 'line' as const,
        connectNulls: false,
        lineStyle: { color: '#16407a', width: 2 },
        data: series.points.map(({ value, answer, year }) => ({
          value: value === null ? null : Number(value),
          symbol: SYMBOLS[answer],
          symbolSize: year === chosen ? 11 : 8,
          itemStyle: { color: MARKS[answer].colour, borderColor: answer === 'cannot_tell' ? MARKS[answer].colour : '#fff', borderWidth: 1 },
          label: { show: year === chosen, position: 'top' as const, formatter: grouped(value), color: '#1d2129', fontSize: 11, fontWeight: 'bold' as const },
        })),
        ...(limit === null
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: 'none',
                lineStyle: { color: '#c62828', type: 'dashed' as const, width: 1.4 },
                label: { position: 'insideStartTop' as const, color: '#c62828', fontSize: 11, formatter: words.required(requirement(series.op, series.required)) },
                data: [{ yAxis: limit }],
              },
            }),
      },
    ],
  }
}
