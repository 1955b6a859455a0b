import { effectScope, nextTick, ref } from 'vue'
import { expect, it } from 'vitest'
import { Problem } from './client'
import { dataOf, useResource } from './resource'

const settled = () => new Promise((resolve) => setTimeout(resolve))

/** Answers that come when the test says so. */
function desk() {
  const asked: { key: string; give: (text: string) => void; refuse: (error: unknown) => void; signal: AbortSignal }[] = []
  const ask = (key: string, signal: AbortSignal) =>
    new Promise<string>((give, refuse) => asked.push({ key, give, refuse, signal }))
  return { asked, ask }
}

it('drops an answer that comes after another was asked for', async () => {
  const { asked, ask } = desk()
  const key = ref('2024')
  const resource = effectScope().run(() => useResource(() => key.value, ask))!
  key.value = '2025'
  await nextTick()
  expect(asked[0]!.signal.aborted).toBe(true)
  asked[1]!.give('of 2025')
  asked[0]!.give('of 2024')
  await settled()
  expect(dataOf(resource)).toBe('of 2025')
})

it('is failed after a failure, not empty, and can be asked again', async () => {
  const { asked, ask } = desk()
  const resource = effectScope().run(() => useResource(() => 'x', ask))!
  expect(resource.now.value.state).toBe('loading')
  asked[0]!.refuse(new Problem('web.no_run', { zh: '没有', en: 'none' }))
  await settled()
  expect(resource.now.value).toMatchObject({ state: 'failed', problem: { code: 'web.no_run' } })
  expect(dataOf(resource)).toBeNull()
  resource.retry()
  expect(resource.now.value.state).toBe('loading')
  asked[1]!.give('here')
  await settled()
  expect(dataOf(resource)).toBe('here')
})

it('turns a fault of the page into a problem that can be read', async () => {
  const resource = effectScope().run(() => useResource(() => 'x', () => Promise.reject(new Error('boom'))))!
  await settled()
  expect(resource.now.value).toMatchObject({ state: 'failed', problem: { words: { zh: '页面出错：boom' } } })
})

it('asks nothing for no key', async () => {
  const { asked, ask } = desk()
  effectScope().run(() => useResource(() => null, ask))
  await settled()
  expect(asked).toHaveLength(0)
})
