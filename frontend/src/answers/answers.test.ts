import { expect, it } from 'vitest'
import { answerOf, ANSWERS, counted, MARKS, markSvg, worst } from './answers'

it('reads the four answers, and nothing unknown as compliant', () => {
  for (const answer of ANSWERS) expect(answerOf(answer)).toBe(answer)
  for (const word of ['', 'ok', 'PASS', null, undefined, 1]) expect(answerOf(word)).toBe('cannot_tell')
})

it('takes the worst of many: fail, cannot tell, needs a person, pass', () => {
  expect(worst(['pass', 'needs_person'])).toBe('needs_person')
  expect(worst(['needs_person', 'cannot_tell', 'pass'])).toBe('cannot_tell')
  expect(worst(['cannot_tell', 'fail', 'pass'])).toBe('fail')
  expect(worst(['pass', 'pass'])).toBe('pass')
})

it('cannot tell anything of nothing', () => expect(worst([])).toBe('cannot_tell'))

it('counts every answer, zeros included', () =>
  expect(counted(['pass', 'fail', 'pass'])).toEqual({ pass: 2, fail: 1, needs_person: 0, cannot_tell: 0 }))

it('tells the four apart by more than colour', () => {
  const looks = ANSWERS.map((answer) => `${MARKS[answer].shape}|${MARKS[answer].glyph}|${MARKS[answer].filled}`)
  expect(new Set(looks).size).toBe(4)
  expect(new Set(ANSWERS.map((answer) => MARKS[answer].glyph)).size).toBe(4)
  expect(MARKS.cannot_tell.colour).not.toBe(MARKS.pass.colour)
  expect(markSvg('cannot_tell')).not.toContain(MARKS.pass.colour)
})
