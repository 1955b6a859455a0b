import type { Words } from '@/api/types'
import { createI18n, useI18n } from 'vue-i18n'
import { en } from './en'
import { zh, type Dictionary } from './zh'

export type Language = 'zh' | 'en'
export const LANGUAGES: readonly Language[] = ['zh', 'en']

declare module 'vue-i18n' {
  export interface DefineLocaleMessage extends Dictionary {}
}

export const i18n = createI18n({ legacy: false, locale: 'zh', fallbackLocale: 'zh', messages: { zh, en } })

/** Speak one language everywhere, the document included. */
export function speak(language: Language) {
  i18n.global.locale.value = language
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = language === 'zh' ? '蓝图 Lantu' : 'Lantu 蓝图'
}

/** Words of the server in the language spoken now; plain text stays as it is. */
export function useWords() {
  const { locale } = useI18n()
  return (words: Words | string | null | undefined): string => {
    if (words === null || words === undefined) return ''
    return typeof words === 'string' ? words : words[locale.value as Language]
  }
}
