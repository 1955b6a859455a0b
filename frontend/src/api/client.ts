/** The one place that asks the server. Every failure leaves as a `Problem` with a sentence to show. */

import type { Approval, Areas, BelowThreshold, Conflict, Feature, Finding, LayerRow, Meta, Note, Plan, Rows, Series, TargetRow, Words } from './types'

export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly words: Words,
    readonly status: number | null = null,
  ) {
    super(words.en)
    this.name = 'Problem'
  }
}

/** The server has layers and no measuring run yet. */
export const NOTHING_MEASURED = 'web.no_run'

const UNREACHABLE: Words = {
  zh: '连不上服务。请确认 lantu serve 仍在运行，再重试。',
  en: 'The server does not answer. See that lantu serve still runs, then try again.',
}

function unreadable(address: string, status: number): Words {
  return {
    zh: `服务的答复无法读懂（${address}，HTTP ${status}）。`,
    en: `The server's answer cannot be read (${address}, HTTP ${status}).`,
  }
}

/** Fetch with every failure but an abort turned into a `Problem`. */
export async function request(address: string, signal?: AbortSignal): Promise<Response> {
  let response: Response
  try {
    response = await fetch(address, { signal: signal ?? null, headers: { Accept: 'application/json, */*' } })
  } catch (error) {
    if (isAbort(error)) throw error
    throw new Problem('page.unreachable', UNREACHABLE)
  }
  if (!response.ok) throw await problemOf(address, response)
  return response
}

async function problemOf(address: string, response: Response): Promise<Problem> {
  try {
    const { error } = (await response.json()) as { error: Words & { code: string } }
    if (error.zh && error.en) return new Problem(error.code, { zh: error.zh, en: error.en }, response.status)
  } catch {
    // Not our form of error: said below.
  }
  return new Problem('page.unreadable', unreadable(address, response.status), response.status)
}

async function get<T>(address: string, signal?: AbortSignal): Promise<T> {
  const response = await request(address, signal)
  try {
    return (await response.json()) as T
  } catch (error) {
    if (isAbort(error)) throw error
    throw new Problem('page.unreadable', unreadable(address, response.status), response.status)
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

const query = (values: Record<string, string | number>) =>
  new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)])).toString()

/** The hexadecimal part of a digest, as addresses carry it. */
export const hexOf = (digest: string) => digest.slice(digest.indexOf(':') + 1)

export const api = {
  meta: (signal?: AbortSignal) => get<Meta>('/api/meta', signal),
  areas: (signal?: AbortSignal) => get<Areas>('/api/areas', signal),
  layers: (signal?: AbortSignal) => get<Rows<LayerRow>>('/api/layers', signal).then((answer) => answer.rows),
  plans: (signal?: AbortSignal) => get<Rows<Plan>>('/api/plans', signal).then((answer) => answer.rows),
  targets: (year: number, signal?: AbortSignal) =>
    get<Rows<TargetRow>>(`/api/targets?${query({ year })}`, signal).then((answer) => answer.rows),
  series: (area: string, indicator: string, signal?: AbortSignal) =>
    get<Series>(`/api/series?${query({ area, indicator })}`, signal),
  findings: (signal?: AbortSignal) => get<Rows<Finding>>('/api/findings', signal).then((answer) => answer.rows),
  below: (signal?: AbortSignal) => get<Rows<BelowThreshold>>('/api/findings/below', signal).then((answer) => answer.rows),
  conflicts: (signal?: AbortSignal) => get<Rows<Conflict>>('/api/conflicts', signal).then((answer) => answer.rows),
  notes: (signal?: AbortSignal) => get<Rows<Note>>('/api/notes', signal).then((answer) => answer.rows),
  approval: (source: string, signal?: AbortSignal) => get<Approval>(`/api/approvals/${hexOf(source)}`, signal),
  feature: (digest: string, fid: number, signal?: AbortSignal) =>
    get<Feature>(`/api/features/${encodeURIComponent(digest)}/${fid}`, signal),
}
