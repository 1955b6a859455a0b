/** The server's answers, as `lantu.web.models` and `lantu measure --json` give them. Figures are decimal text. */

export type AnswerWord = 'pass' | 'fail' | 'needs_person' | 'cannot_tell'

export interface Words {
  zh: string
  en: string
}

export interface Message extends Words {
  code: string
}

/** [start, end) in Unicode code points, as Python counts them; never an index into a JavaScript string. */
export type Span = [start: number, end: number]

export interface Clause {
  document: string
  text: string
  span: Span | null
  source: string | null
}

export interface Area {
  code: string
  name: string
}

export interface Meta {
  version: string
  invented: boolean
  invented_notice: Words | null
  lawbook_digest: string
  run_id: string | null
  years: number[]
  latest_year: number | null
  bounds: [west: number, south: number, east: number, north: number] | null
  areas: Area[]
}

export interface Areas {
  type: 'FeatureCollection'
  features: {
    type: 'Feature'
    id: string
    properties: Area & { worst: AnswerWord; counts: Partial<Record<AnswerWord, number>> }
    geometry: object | null
  }[]
}

export interface Part {
  name: Words
  value: string | null
  unit: string
}

export interface TargetRow {
  id: string
  area_code: string
  area_name: string
  year: number
  indicator_id: string
  indicator: string
  plan_version: string | null
  op: '>=' | '<=' | '=' | null
  required: string | null
  unit: string | null
  target_year: number | null
  note: string | null
  value: string | null
  margin: string | null
  answer: AnswerWord
  message: Message
  verified: boolean
  formula: Words | null
  indicator_note?: Words | null
  sources?: string[]
  parts: Part[]
  rounding: Words | null
  clause: Clause | null
  inputs: Record<string, string>
}

export interface Series {
  unit: string
  required: string | null
  op: TargetRow['op']
  points: { year: number; value: string | null; answer: AnswerWord }[]
}

export interface Finding {
  id: string
  rule: string
  title: Words
  area_code: string
  year: number
  answer: AnswerWord
  message: Message
  features: string[]
  area_m2: string | null
  /** Land class codes, or words that name them. */
  from: Words | string | string[] | null
  to: Words | string | string[] | null
  place: [lon: number, lat: number] | null
  geometry: object | null
  clause: Clause | null
  verified: boolean
  inputs: Record<string, string>
}

/** Patches too small to be listed. */
export interface BelowThreshold {
  area_code: string
  year: number
  rule: string
  title: Words
  count: number
  area_m2: string
}

/** What to know beside the answers of a county. */
export interface Note {
  area_code: string
  message: Message
}

export type Severity = 'serious' | 'medium' | 'minor'

/** A field of a feature; `name` that of its class, where it is one. */
export interface Said {
  title: Words
  value: string
  name: string | null
}

/** One side of a conflict; `layer` is a digest, `name` that of its kind of layer. */
export interface ConflictSide {
  area_code: string
  kind: string
  name: Words
  layer: string
  title: string
  features: string[]
  /** What the reply says of this kind of layer. */
  clause: { document: string; text: string } | null
  /** The plan that the layer was approved with. */
  plan: { title: string; document: string | null } | null
  /** Each different saying of its features once, the first few of `says_count`. */
  says: Said[][]
  says_count: number
}

/** A numbered conflict; `present`: whether the last scan found it. */
export interface Conflict {
  number: string
  area_code: string
  pair: string
  title: Words
  relation: 'excludes' | 'condition' | 'coexists' | null
  sources: string[]
  verified: boolean
  type: 'overlap' | 'on' | 'crossing' | 'shift' | 'slit'
  severity: Severity
  state: 'found' | 'assigned' | 'proposed' | 'decided' | 'corrected' | 'verified' | 'closed'
  present: boolean
  area_m2: string
  place: [lon: number, lat: number]
  sides: ConflictSide[]
  /** Null where no land survey was registered. */
  classes: { code: string; name: string | null; area_m2: string }[] | null
  deadline: string | null
  outcome: 'adopt' | 'reject' | 'tolerate' | null
  geometry: object | null
}

export interface Plan {
  id: string
  area_code: string
  area_name: string
  title: string
  level: string
  kind: string
  period: [from: number, to: number] | null
  version: string
  approval: { document_number: string | null; date: string | null; issuer: string | null; source: string | null }
  target_count: number
  parent: string | null
}

export interface Duty {
  id: string
  kind: string
  name: Words
  obliged: Words
  span: Span
  sentence: string
}

export interface Question {
  code: string
  text: string
  span: Span
  message: Words
}

/** One reply of a file; `areas` are the names of those whose plans it approves. */
export interface Reply {
  title: string | null
  document_number: string | null
  date: string | null
  areas: string[]
  duties: Duty[]
  questions: Question[]
}

/** A file of replies; every span points into `text`. */
export interface Approval {
  text: string
  replies: Reply[]
}

export interface LayerRow {
  digest: string
  kind: string
  name: Words
  title: string
  area_code: string
  year: number | null
  features: number
  geometry_type: string | null
  invented: boolean
  /** A later layer stands in its place. */
  superseded: boolean
  /** May have a place `{year}` to fill in, beside `{z}`, `{x}` and `{y}`. */
  tiles: string | null
  min_zoom: number
}

export interface LineCover {
  kind: string
  zone: string | null
  name: Words
  covered_m2: string | null
  share: string | null
  answer_note: Words
}

export interface Feature {
  kind: string
  kind_name: Words
  year: number | null
  area_code: string
  digest: string
  fid: number
  attributes: Record<string, string | number | boolean | null>
  attribute_names: Record<string, Words>
  attribute_meanings: Record<string, Words>
  statutory_area_m2: string | null
  declared_area_m2: string | null
  lines: LineCover[]
  geometry: object
  invented: boolean
}

export interface Rows<T> {
  rows: T[]
}
