import { expect, it } from 'vitest'
import type { Reply } from '@/api/types'
import { repliesFor } from './replies'

const reply = (title: string, ...areas: string[]): Reply => ({ title, areas, document_number: null, date: null, duties: [], questions: [] })
const titles = (found: { replies: Reply[] }) => found.replies.map((each) => each.title)

it('gives each county its own reply', () => {
  const approval = { text: '', replies: [reply('一', '洮南市'), reply('二', '通榆县', '大安市'), reply('三', '大安市')] }
  expect(titles(repliesFor(approval, '洮南市'))).toEqual(['一'])
  expect(titles(repliesFor(approval, '大安市'))).toEqual(['二', '三'])
  expect(repliesFor(approval, '大安市').own).toBe(true)
})

it('loses no duty where none names the county, and says so', () => {
  const approval = { text: '', replies: [reply('一', '洮南市'), reply('二', '通榆县')] }
  expect(titles(repliesFor(approval, '镇赉县'))).toEqual(['一', '二'])
  expect(repliesFor(approval, '镇赉县').own).toBe(false)
})
