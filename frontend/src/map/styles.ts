/** OpenLayers styles of all layers. Styles are made once and shared: thousands of parcels ask for them. */

import type { FeatureLike } from 'ol/Feature.js'
import CircleStyle from 'ol/style/Circle.js'
import Fill from 'ol/style/Fill.js'
import Icon from 'ol/style/Icon.js'
import Stroke from 'ol/style/Stroke.js'
import Style, { type StyleFunction } from 'ol/style/Style.js'
import Text from 'ol/style/Text.js'
import { answerOf, MARKS, markSvg } from '@/answers/answers'
import type { AnswerWord, Severity } from '@/api/types'
import { conflictSvg } from '@/conflicts/conflicts'
import type { LayerName } from './catalogue'
import { fillOf } from './hatch'
import { landColour } from './land_classes'
import { lookOf, zoneLook, type Look, type LookName } from './looks'
import { resolutionOf } from './grid'

const FONT = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", SimHei, sans-serif'
const ratio = () => window.devicePixelRatio || 1

function kept<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>()
  return (key) => {
    let found = made.get(key)
    if (found === undefined) made.set(key, (found = make(key)))
    return found
  }
}

/** A line in full; `light`, without its ground, so that parcels show through. */
type Weight = 'full' | 'light'
const weighed = kept((key) => {
  const [name, weight, edge] = key.split(' ') as [LookName, Weight, 'edged' | 'unedged']
  const look = lookOf(name)
  const fill = fillOf(weight === 'light' ? groundless(look) : look, ratio())
  const stroke = new Stroke({ color: look.stroke, width: look.width, ...(look.dash ? { lineDash: [...look.dash] } : {}) })
  return new Style({
    ...(fill === null ? {} : { fill: new Fill({ color: fill }) }),
    ...(edge === 'edged' ? { stroke } : {}),
  })
})
const groundless = ({ fill: _, ...rest }: Look): Look => rest
const lineStyle = (name: LookName, weight: Weight = 'full', edged = true) => weighed(`${name} ${weight} ${edged ? 'edged' : 'unedged'}`)

/** Parcels: filled by class; edges once they are wide enough to tell apart, codes once they can be read. */
const plainParcel = kept((colour) => new Style({ fill: new Fill({ color: colour }) }))
const edgedParcel = kept(
  (colour) => new Style({ fill: new Fill({ color: colour }), stroke: new Stroke({ color: 'rgba(92,80,50,.42)', width: 0.6 }) }),
)
const codeText = kept(
  (code) => new Style({ text: new Text({ text: code, font: `11px ${FONT}`, fill: new Fill({ color: '#4a4435' }), overflow: false }) }),
)
const EDGES_FROM = resolutionOf(10) * 1.5
const CODES_FROM = resolutionOf(15) * 1.5

const parcel: StyleFunction = (feature, resolution) => {
  const colour = landColour(feature.get('DLBM'))
  if (resolution > EDGES_FROM) return plainParcel(colour)
  if (resolution > CODES_FROM) return edgedParcel(colour)
  return [edgedParcel(colour), codeText(String(feature.get('DLBM') ?? '?'))]
}

const townName = kept(
  (name) =>
    new Style({
      text: new Text({
        text: name, font: `12px ${FONT}`, fill: new Fill({ color: '#59606b' }), stroke: new Stroke({ color: 'rgba(255,255,255,.85)', width: 3 }),
        overflow: true,
      }),
    }),
)
const TOWN_NAMES_FROM = resolutionOf(8) * 1.3

const facility = kept(
  (name) =>
    new Style({
      image: new CircleStyle({ radius: 4, fill: new Fill({ color: lookOf('FACILITY').fill! }), stroke: new Stroke({ color: '#fff', width: 1.2 }) }),
      ...(name
        ? { text: new Text({ text: name, font: `11px ${FONT}`, offsetY: 12, fill: new Fill({ color: '#3c3699' }), stroke: new Stroke({ color: '#fff', width: 3 }) }) }
        : {}),
    }),
)

export const townNames: StyleFunction = (feature, resolution) =>
  resolution > TOWN_NAMES_FROM ? [] : townName(String(feature.get('XZQMC') ?? ''))

/** The style of a kind of tiles; `parcels` says whether land parcels are drawn beneath at a resolution. */
export function tileStyle(name: LayerName, parcels: (resolution: number) => boolean): StyleFunction {
  const weight = (resolution: number): Weight => (parcels(resolution) ? 'light' : 'full')
  switch (name) {
    case 'DLTB':
      return parcel
    case 'CZKFBJ':
      return (feature, resolution) => lineStyle(zoneLook(feature.get('GHFQDM')), weight(resolution))
    case 'FACILITY':
      return (feature, resolution) => facility(resolution > resolutionOf(13) ? '' : String(feature.get('MC') ?? ''))
    case 'YJJBNT':
      // From afar its many small fields would be all edge.
      return (_, resolution) => lineStyle(name, weight(resolution), resolution <= EDGES_FROM / 2)
    case 'STBHHX':
      return (_, resolution) => lineStyle(name, weight(resolution))
    default:
      return () => lineStyle(name as LookName)
  }
}

export const ground = new Style({ fill: new Fill({ color: '#ffffff' }) })

const countyLine = (chosen: boolean) => [
  new Style({ stroke: new Stroke({ color: chosen ? 'rgba(22,64,122,.22)' : 'rgba(48,54,63,.12)', width: chosen ? 9 : 5 }) }),
  new Style({ stroke: new Stroke({ color: chosen ? '#16407a' : lookOf('COUNTY').stroke, width: chosen ? 2.4 : 1.4, ...(chosen ? {} : { lineDash: [...lookOf('COUNTY').dash!] }) }) }),
]
const COUNTY = { chosen: countyLine(true), other: countyLine(false) }
const countyName = kept(
  (name) =>
    new Style({
      text: new Text({ text: name, font: `600 15px ${FONT}`, fill: new Fill({ color: '#1d2939' }), stroke: new Stroke({ color: 'rgba(255,255,255,.92)', width: 4 }), overflow: true }),
    }),
)

export function countyStyle(chosen: () => string | null): StyleFunction {
  return (feature) => (feature.get('code') === chosen() ? COUNTY.chosen : COUNTY.other)
}

/** Names of counties, apart from their lines; they give way to the land once it is close. */
export const countyNames: StyleFunction = (feature, resolution) =>
  resolution < resolutionOf(9) ? [] : countyName(String(feature.get('name')))

const mark = kept((key) => {
  const [answer, size] = key.split(' ') as [AnswerWord, string]
  return new Style({
    image: new Icon({ src: `data:image/svg+xml;utf8,${encodeURIComponent(markSvg(answer))}`, scale: Number(size) / 40 }),
    zIndex: answer === 'fail' ? 2 : 1,
  })
})
const halo = new Style({ stroke: new Stroke({ color: 'rgba(255,255,255,.9)', width: 5 }) })
const chosenHalo = [['#ffffff', 11], ['#0b57d0', 7.5]].map(([color, width]) => new Style({ stroke: new Stroke({ color: color as string, width: width as number }), zIndex: 5 }))
const isPoint = (feature: FeatureLike) => feature.getGeometry()?.getType() === 'Point'
const patch = kept((key) => {
  const { colour } = MARKS[answerOf(key)]
  return [
    halo,
    new Style({
      stroke: new Stroke({ color: colour, width: 2.2, ...(key === 'cannot_tell' ? { lineDash: [5, 4] } : {}) }),
      fill: new Fill({ color: colour + '26' }),
    }),
  ]
})
const PATCHES_FROM = resolutionOf(10)

/** Findings: a mark that is seen from afar, and the land itself from near. */
export function findingStyle(chosen: () => string | null): StyleFunction {
  return (feature: FeatureLike, resolution: number) => {
    const answer = answerOf(feature.get('answer'))
    if (!isPoint(feature)) return resolution < PATCHES_FROM ? patch(answer) : []
    const size = feature.get('finding') === chosen() ? 30 : resolution > resolutionOf(8) ? 17 : 21
    return mark(`${answer} ${size}`)
  }
}

const CHOSEN_SIZE = '30'
const conflictSymbol = kept((key) => {
  const [severity, kind, size] = key.split(' ') as [Severity, 'open' | 'settled', string]
  const rank = { serious: 3, medium: 2, minor: 1 }[severity]
  return new Style({
    image: new Icon({
      src: `data:image/svg+xml;utf8,${encodeURIComponent(conflictSvg(severity, kind === 'settled'))}`,
      scale: Number(size) / 40,
      // A finding is often marked on the same ground: stand on it, not before it.
      displacement: [0, 11],
    }),
    zIndex: size === CHOSEN_SIZE ? 9 : kind === 'settled' ? 0 : rank,
  })
})

/** What is chosen lies over others of the same ground. */
const raised = kept((name) => {
  const style = lineStyle(name as LookName).clone()
  style.setZIndex(6)
  return style
})

/** The ground of conflicts from near, hatched by how serious they are. */
export function conflictGround(chosen: () => string | null): StyleFunction {
  return (feature, resolution) => {
    if (isPoint(feature) || resolution > PATCHES_FROM) return []
    const look: LookName = feature.get('settled') ? 'conflict_settled' : `conflict_${feature.get('severity') as Severity}`
    return feature.get('conflict') === chosen() ? [...chosenHalo, raised(look)] : [halo, lineStyle(look)]
  }
}

/** Their marks, seen from afar. */
export function conflictMark(chosen: () => string | null): StyleFunction {
  return (feature, resolution) => {
    if (!isPoint(feature)) return []
    const size = feature.get('conflict') === chosen() ? CHOSEN_SIZE : resolution > resolutionOf(8) ? 14 : 19
    return conflictSymbol(`${feature.get('severity')} ${feature.get('settled') ? 'settled' : 'open'} ${size}`)
  }
}

export const selected = [
  new Style({ stroke: new Stroke({ color: '#ffffff', width: 6 }), image: new CircleStyle({ radius: 11, stroke: new Stroke({ color: '#fff', width: 6 }) }) }),
  new Style({
    stroke: new Stroke({ color: '#0b57d0', width: 3 }),
    fill: new Fill({ color: 'rgba(11,87,208,.05)' }),
    image: new CircleStyle({ radius: 11, stroke: new Stroke({ color: '#0b57d0', width: 3 }) }),
  }),
]
