import { createApp, h, shallowRef, type Component } from 'vue'
import { afterEach, expect, it } from 'vitest'
import { Problem } from '@/api/client'
import type { LineCover } from '@/api/types'
import AnswerMark from '@/answers/AnswerMark.vue'
import { i18n, speak } from '@/i18n'
import CoverTable from './feature/CoverTable.vue'
import BelowThreshold from './finding/BelowThreshold.vue'
import GenericLoadedView from './LoadedView.vue'
import { inCustomaryOrder } from './target/names'

const LoadedView = GenericLoadedView as unknown as Component

function shown(component: Component, props: object, slot?: () => unknown): HTMLElement {
  const place = document.createElement('div')
  createApp({ render: () => h(component, props, slot ? { default: slot } : {}) }).use(i18n).mount(place)
  return place
}
const resource = (now: object) => ({ now: shallowRef(now), retry: () => undefined })
afterEach(() => speak('zh'))

it.each([
  ['pass', '符合', 'Pass'],
  ['fail', '不符合', 'Fail'],
  ['needs_person', '须人工核实', 'Needs a person'],
  ['cannot_tell', '无法判定', 'Cannot tell'],
])('%s is shown as an icon and a word', (answer, zh, en) => {
  const place = shown(AnswerMark, { answer })
  expect(place.textContent?.trim()).toBe(zh)
  expect(place.querySelectorAll('svg path')).toHaveLength(2)
  speak('en')
  expect(shown(AnswerMark, { answer }).textContent?.trim()).toBe(en)
})

it('shows the sentence of a failure and nothing that could read as a result', () => {
  const problem = new Problem('web.no_run', { zh: '还没有测算，请运行 lantu measure。', en: 'Nothing measured.' })
  const place = shown(LoadedView, { of: resource({ state: 'failed', problem }) }, () => '没有问题')
  expect(place.querySelector('[role=alert]')?.textContent).toContain('还没有测算，请运行 lantu measure。')
  expect(place.textContent).not.toContain('没有问题')
})

it('shows no result while one is awaited', () => {
  const place = shown(LoadedView, { of: resource({ state: 'loading' }) }, () => '没有问题')
  expect(place.querySelector('[role=status]')).not.toBeNull()
  expect(place.textContent).not.toContain('没有问题')
})

const words = (zh: string) => ({ zh, en: zh })
const line = (kind: string, covered: string | null, share: string | null, note = ''): LineCover => ({
  kind, zone: null, name: words(kind), covered_m2: covered, share, answer_note: words(note),
})

it('tells a line that does not cover from one that could not be measured', () => {
  const place = shown(CoverTable, {
    lines: [line('YJJBNT', '2017809.41', '0.731200'), line('STBHHX', '0.00', '0.000000'), line('ZXCQCSZX', null, null, '没有登记')],
  })
  const [covered, free, unknown] = [...place.querySelectorAll('tbody tr')].map((row) => row.textContent ?? '')
  expect(covered).toContain('2,017,809.41')
  expect(covered).toContain('3,026.71')
  expect(covered).toContain('73.12 %')
  expect(free).toContain('不涉及')
  expect(unknown).toContain('无法判定')
  expect(unknown).toContain('没有登记')
  expect(unknown).not.toContain('不涉及')
})

it('counts what is too small to list, per rule, over the years', () => {
  const row = (year: number, rule: string, count: number, area_m2: string) => ({ area_code: '220882', year, rule, title: words(rule), count, area_m2 })
  const place = shown(BelowThreshold, { rows: [row(2022, 'MON04', 2, '90.00'), row(2021, 'MON04', 1, '74.26'), row(2022, 'MON01', 1, '5.50')] })
  const [first, second] = [...place.querySelectorAll('li')].map((item) => item.textContent ?? '')
  expect(first).toContain('MON01（2022年）：另有 1 处')
  expect(second).toContain('MON04（2021、2022年）：另有 3 处')
  expect(second).toContain('164.26 平方米')
  expect(shown(BelowThreshold, { rows: [] }).textContent).toBe('')
})

it('orders targets as their tables do, and what it does not know after them', () => {
  const order = inCustomaryOrder(['other', 'water_use_total', 'ecological_redline', 'more', 'farmland_retained'], (id) => id)
  expect(order).toEqual(['farmland_retained', 'ecological_redline', 'water_use_total', 'other', 'more'])
})
