import { afterEach, expect, it, vi } from 'vitest'
import { api, hexOf, Problem } from './client'

const answerWith = (body: BodyInit, init?: ResponseInit) =>
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, init)))
const problem = async (asked: Promise<unknown>) => {
  const error = await asked.then(() => null, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(Problem)
  return error as Problem
}
afterEach(() => vi.unstubAllGlobals())

it('hands on the sentence that the server gives', async () => {
  answerWith('{"error":{"code":"web.no_run","zh":"还没有测算","en":"Nothing measured yet"}}', { status: 404 })
  const found = await problem(api.targets(2025))
  expect([found.code, found.words.zh, found.words.en, found.status]).toEqual(['web.no_run', '还没有测算', 'Nothing measured yet', 404])
})

it.each([
  ['a page of a proxy', '<html>Bad gateway</html>', 502],
  ['an error of another form', '{"detail":[{"msg":"x"}]}', 422],
  ['an answer cut short', '{"rows":[', 200],
])('says that it cannot read %s', async (_, body, status) => {
  answerWith(body, { status })
  const found = await problem(api.findings())
  expect(found.code).toBe('page.unreadable')
  expect(found.words.zh).toContain('/api/findings')
  expect(found.words.en).toContain(String(status))
})

it('says that nobody answers', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  expect((await problem(api.meta())).code).toBe('page.unreachable')
})

it('asks by the hexadecimal part of a digest', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', (address: string) => (asked.push(address), Promise.resolve(new Response('{}'))))
  await api.approval('sha256:abc')
  await api.series('220882', '某指标 &=')
  expect(asked).toEqual(['/api/approvals/abc', '/api/series?area=220882&indicator=%E6%9F%90%E6%8C%87%E6%A0%87+%26%3D'])
  expect(hexOf('abc')).toBe('abc')
})
