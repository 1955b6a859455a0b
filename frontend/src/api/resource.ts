/** Something asked of the server: under way, here, or failed. There is no fourth state and no empty default. */

import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { isAbort, Problem } from './client'

export type Loading<T> = { state: 'loading' } | { state: 'ready'; data: T } | { state: 'failed'; problem: Problem }

export interface Resource<T> {
  readonly now: Readonly<ShallowRef<Loading<T>>>
  retry: () => void
}

/**
 * Ask again whenever the key changes; an answer that comes too late is dropped.
 *
 * @param key what to ask for; null asks nothing and stays loading.
 */
export function useResource<K, T>(
  key: () => K | null,
  fetchIt: (key: K, signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const now = shallowRef<Loading<T>>({ state: 'loading' })
  let under: AbortController | null = null

  async function load(wanted: K | null) {
    under?.abort()
    now.value = { state: 'loading' }
    if (wanted === null) return
    const mine = (under = new AbortController())
    try {
      const data = await fetchIt(wanted, mine.signal)
      if (under === mine) now.value = { state: 'ready', data }
    } catch (error) {
      if (under !== mine || isAbort(error)) return
      now.value = { state: 'failed', problem: asProblem(error) }
    }
  }

  watch(key, load, { immediate: true })
  onScopeDispose(() => under?.abort())
  return { now, retry: () => void load(key()) }
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const why = error instanceof Error ? error.message : String(error)
  return new Problem('page.fault', { zh: `页面出错：${why}`, en: `A fault in this page: ${why}` })
}

/** The data where it is here, else null. */
export function dataOf<T>(resource: Resource<T>): T | null {
  return resource.now.value.state === 'ready' ? resource.now.value.data : null
}
