/** What is asked, chosen and shown: one object for the whole page. Components read it and call its verbs. */

import { computed, inject, onScopeDispose, provide, reactive, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { readAddress, writeAddress, type Address, type Place, type Tab } from './address'
import { api } from './api/client'
import { dataOf, useResource } from './api/resource'
import type { Conflict, Finding, TargetRow } from './api/types'
import { isSettled } from './conflicts/conflicts'
import { speak, type Language } from './i18n'
import { defaultStates } from './map/catalogue'

/** Where the map should go; a new object each time, so that the same wish twice is two wishes. */
export type Flight =
  | { to: 'area'; code: string }
  | { to: 'finding'; finding: Finding }
  | { to: 'shape'; geometry: object }
  | { to: 'place'; place: Place }
  | { to: 'whole' }

export type Pane = 'areas' | 'layers' | 'details'

/** Name of a target within its county: an indicator can have a limit for each of several years. */
export const targetKey = (row: TargetRow) => `${row.indicator_id}@${row.target_year ?? ''}`

function createWorkbench() {
  const address = reactive<Address>(readAddress(location.hash))
  const meta = useResource(() => true, (_, signal) => api.meta(signal))
  const years = computed(() => dataOf(meta)?.years ?? [])
  /** Whether any year had one before it: without that, no finding does not mean no change. */
  const compared = computed(() => years.value.length > 1)
  const year = computed(() => {
    const known = years.value
    return address.year !== null && known.includes(address.year) ? address.year : (dataOf(meta)?.latest_year ?? null)
  })
  const areaNames = computed(() => new Map((dataOf(meta)?.areas ?? []).map(({ code, name }) => [code, name])))
  const area = computed(() => (address.area !== null && areaNames.value.has(address.area) ? address.area : null))

  const areas = useResource(() => true, (_, signal) => api.areas(signal))
  const layers = useResource(() => true, (_, signal) => api.layers(signal))
  const plans = useResource(() => true, (_, signal) => api.plans(signal))
  const findings = useResource(() => true, (_, signal) => api.findings(signal))
  const below = useResource(() => true, (_, signal) => api.below(signal))
  const conflicts = useResource(() => true, (_, signal) => api.conflicts(signal))
  const notes = useResource(() => true, (_, signal) => api.notes(signal))
  const targets = useResource(() => year.value, api.targets)
  const feature = useResource(
    () => (address.feature ? `${address.feature.digest}/${address.feature.fid}` : null),
    (_, signal) => api.feature(address.feature!.digest, address.feature!.fid, signal),
  )

  const layerStates = reactive(defaultStates())
  const onlyThisYear = ref(false)
  const withClosed = ref(false)
  const flight = shallowRef<Flight | null>(null)
  const pane = ref<Pane>('details')

  /** Changes up to the chosen year, or of that year alone. */
  function ofYears<T extends { year: number }>(all: T[]): T[] {
    const until = year.value
    return until === null ? all : all.filter((each) => (onlyThisYear.value ? each.year === until : each.year <= until))
  }
  const shownFindings = computed(() => ofYears(dataOf(findings) ?? []))
  /** Closed ones only where asked for, or chosen. */
  const shownConflicts = computed(() =>
    (dataOf(conflicts) ?? []).filter((each) => withClosed.value || each.state !== 'closed' || each.number === address.conflict),
  )
  const anyClosed = computed(() => (dataOf(conflicts) ?? []).some((each) => each.state === 'closed'))
  const shownSettled = computed(() => shownConflicts.value.some(isSettled))
  const shownBelow = computed(() => ofYears(dataOf(below) ?? []))

  const verbs = {
    chooseArea(code: string | null, { fly = false } = {}) {
      Object.assign(address, { area: code, target: null, finding: null, conflict: null, feature: null })
      pane.value = 'details'
      if (fly) flight.value = code === null ? { to: 'whole' } : { to: 'area', code }
    },
    chooseTarget(code: string, key: string | null) {
      Object.assign(address, { area: code, tab: 'targets', target: key, finding: null, conflict: null, feature: null })
      pane.value = 'details'
    },
    chooseFinding(finding: Finding, { fly = true } = {}) {
      Object.assign(address, { area: finding.area_code, tab: 'findings', finding: finding.id, conflict: null, feature: null })
      if (year.value !== null && finding.year > year.value) address.year = finding.year
      if (onlyThisYear.value) address.year = finding.year
      pane.value = 'details'
      if (fly) flight.value = { to: 'finding', finding }
    },
    chooseConflict(conflict: Conflict, { fly = true } = {}) {
      Object.assign(address, { area: conflict.area_code, tab: 'conflicts', conflict: conflict.number, finding: null, feature: null })
      pane.value = 'details'
      if (fly) verbs.flyToConflict(conflict)
    },
    flyToConflict({ geometry, place: [lon, lat] }: Conflict) {
      flight.value = geometry ? { to: 'shape', geometry } : { to: 'place', place: { lon, lat, zoom: 15 } }
    },
    chooseFeature(digest: string, fid: number) {
      Object.assign(address, { feature: { digest, fid } })
      pane.value = 'details'
    },
    leaveFeature() {
      address.feature = null
    },
    chooseTab(tab: Tab) {
      address.tab = tab
    },
    chooseYear(chosen: number) {
      // Another year's survey numbers its rows anew: a parcel chosen in this one is not in that one.
      Object.assign(address, { year: chosen, feature: null })
    },
    chooseLanguage(language: Language) {
      address.language = language
    },
    moved(place: Place) {
      address.at = place
    },
    fly(wish: Flight) {
      flight.value = wish
    },
  }

  watch(() => address.language, speak, { immediate: true })
  keepInHash(address, flight)

  return {
    address, meta, years, compared, year, area, areaNames, areas, layers, plans, findings, shownFindings, onlyThisYear,
    below, shownBelow, conflicts, shownConflicts, anyClosed, shownSettled, withClosed, notes, targets, feature, layerStates, flight, pane, ...verbs,
  }
}

/** Hold address and hash together: choices become history, movements of the map only mend the entry. */
function keepInHash(address: Address, flight: { value: Flight | null }) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const choice = () => writeAddress({ ...address, at: null })
  watch(choice, () => {
    const hash = writeAddress(address)
    if (hash !== location.hash) history.pushState(null, '', hash)
  })
  watch(
    () => address.at,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => history.replaceState(null, '', writeAddress(address)), 250)
    },
  )
  const came = () => {
    clearTimeout(timer)
    const now = readAddress(location.hash)
    const moved = now.at && JSON.stringify(now.at) !== JSON.stringify(readAddress(writeAddress(address)).at)
    Object.assign(address, now)
    if (moved) flight.value = { to: 'place', place: now.at! }
  }
  addEventListener('hashchange', came)
  addEventListener('popstate', came)
  onScopeDispose(() => {
    removeEventListener('hashchange', came)
    removeEventListener('popstate', came)
  })
}

export type Workbench = ReturnType<typeof createWorkbench>
const KEY: InjectionKey<Workbench> = Symbol('workbench')

export function provideWorkbench(): Workbench {
  const workbench = createWorkbench()
  provide(KEY, workbench)
  return workbench
}

export function useWorkbench(): Workbench {
  const workbench = inject(KEY)
  if (!workbench) throw new Error('useWorkbench() outside App')
  return workbench
}
