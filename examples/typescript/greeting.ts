export interface Greeting {
  text: string;
  language: Language;
}

export type Language = 'en' | 'fr' | 'ja';

const GREETINGS: Record<Language, string> = { en: 'Hello', fr: 'Bonjour', ja: 'こんにちは' };

export function isLanguage(value: string): value is Language {
  return Object.hasOwn(GREETINGS, value);
}

export function greet(name: string, language: Language): Greeting {
  return { text: `${GREETINGS[language]}, ${name}!`, language };
}
