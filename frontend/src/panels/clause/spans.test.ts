import { describe, expect, it } from 'vitest'
import type { Clause } from '@/api/types'
import { cut, joinLines, oddCharacters, placeOf, quote } from './spans'

const POINT = '\u{1001B0}'
const TEXT = `第一条。到2035年，耕地保有量不低于３２７${POINT}４０万亩，用水总量不超过６${POINT}０７亿立方米。第二条。`
/** As Python's str.find would say. */
const at = (part: string): [number, number] => {
  const start = Array.from(TEXT.slice(0, TEXT.indexOf(part))).length
  return [start, start + Array.from(part).length]
}
const clause = (span: Clause['span'], text: string): Clause => ({ document: '吉政函〔2024〕47号', text, span, source: 'sha256:00' })
const SENTENCE = TEXT.slice(4, TEXT.indexOf('第二条'))

describe('spans count code points', () => {
  it('marks a figure that stands behind characters beyond U+FFFF', () => {
    const pieces = cut(TEXT, [at(`６${POINT}０７亿立方米`)])
    expect(pieces.map((piece) => piece.text).join('')).toBe(TEXT)
    expect(pieces.filter((piece) => piece.marked)).toEqual([{ text: `６${POINT}０７亿立方米`, marked: true }])
  })

  it('would be wrong by UTF-16 units', () => {
    const [start, end] = at(`６${POINT}０７亿立方米`)
    expect(TEXT.slice(start, end)).not.toBe(`６${POINT}０７亿立方米`)
  })

  it('never splits a character in two', () => {
    for (let n = 0; n <= Array.from(TEXT).length; n++) {
      for (const piece of cut(TEXT, [[n, n + 1]])) expect(piece.text.isWellFormed()).toBe(true)
    }
  })
})

describe('cut', () => {
  it('merges overlapping and touching spans and ignores empty ones', () => {
    expect(cut('abcdef', [[1, 3], [2, 4], [4, 5], [5, 5]])).toEqual([
      { text: 'a', marked: false }, { text: 'bcde', marked: true }, { text: 'f', marked: false },
    ])
  })
  it('survives spans outside the text', () => {
    expect(cut('abc', [[-5, 1], [9, 12]])).toEqual([{ text: 'a', marked: true }, { text: 'bc', marked: false }])
    expect(cut('', [[0, 3]])).toEqual([])
  })
})

describe('the sentence behind a figure', () => {
  it('is quoted from the full text with the figure marked', () => {
    const { pieces, how } = quote(TEXT, clause(at(`３２７${POINT}４０万亩`), SENTENCE))
    expect(how).toBe('found')
    expect(pieces.map((piece) => piece.text).join('')).toBe(SENTENCE)
    expect(pieces.find((piece) => piece.marked)?.text).toBe(`３２７${POINT}４０万亩`)
  })

  it('takes the occurrence that holds the span, not the first', () => {
    const twice = '不低于5。不低于5。'
    expect(placeOf(twice, '不低于5。', [8, 9])).toEqual([5, 10])
    expect(placeOf(twice, '不低于5。', null)).toEqual([0, 5])
  })

  it('is quoted as the source has it, where the registered words are folded', () => {
    const { pieces, how } = quote(TEXT, clause(at(`３２７${POINT}４０万亩`), '到2035年,耕地保有量不低于327.40万亩,用水总量不超过6.07亿立方米。'))
    expect(how).toBe('found')
    expect(pieces.map((piece) => piece.text).join('')).toBe(SENTENCE)
    expect(pieces.find((piece) => piece.marked)?.text).toBe(`３２７${POINT}４０万亩`)
  })

  it('is the surroundings of the span where no stop is in reach, and says so', () => {
    const long = '表'.repeat(400)
    const { pieces, how } = quote(`${long}不低于5亩${long}`, clause([403, 405], '不低于5亩。'))
    expect(how).toBe('near')
    expect(pieces.find((piece) => piece.marked)?.text).toBe('5亩')
    expect(pieces.map((piece) => piece.text).join('').length).toBeLessThan(110)
  })

  it('falls back on the registered words without the text or the span', () => {
    expect(quote(null, clause([0, 3], SENTENCE)).how).toBe('registered')
    expect(quote('别的文件', clause(null, SENTENCE))).toEqual({ how: 'registered', pieces: [{ text: SENTENCE, marked: false }] })
  })
})

describe('reading comfort without changing a character', () => {
  it('joins broken lines', () => {
    expect(joinLines('耕地保有量不\n\n低于')).toBe('耕地保有量不低于')
    expect(joinLines('one\nmap')).toBe('one map')
    expect(joinLines('无\n')).toBe('无')
  })
  it('names characters that no font shows', () => {
    expect(oddCharacters(`３２７${POINT}４０`)).toEqual([
      { text: '３２７', code: null }, { text: POINT, code: 'U+1001B0' }, { text: '４０', code: null },
    ])
    expect(oddCharacters('大安市𠮷')).toEqual([{ text: '大安市', code: null }, { text: '𠮷', code: null }])
  })
})
