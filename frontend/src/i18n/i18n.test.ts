import { expect, it } from 'vitest'
import { i18n, speak } from '.'
import { en } from './en'
import { zh } from './zh'

const leaves = (book: object, path = ''): [string, string][] =>
  Object.entries(book).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : leaves(value as object, `${path}${key}.`))
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort()

it('has every sentence in both languages, with the same blanks to fill', () => {
  const english = new Map(leaves(en))
  for (const [key, text] of leaves(zh)) {
    expect(english.get(key), key).toBeTruthy()
    expect(holes(english.get(key)!), key).toEqual(holes(text))
  }
  expect(english.size).toBe(leaves(zh).length)
})

it('says every sentence as it is written, blanks filled', () => {
  for (const [language, book] of [['zh', zh], ['en', en]] as const) {
    speak(language)
    for (const [key, text] of leaves(book)) {
      const filled = Object.fromEntries(holes(text).map((hole) => [hole, '2025']))
      expect(i18n.global.t(key, filled)).toBe(text.replace(/\{\w+\}/g, '2025'))
    }
  }
  speak('zh')
  expect(document.documentElement.lang).toBe('zh-CN')
})
