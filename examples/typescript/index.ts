import { greet, isLanguage } from './greeting.ts';
import type { Greeting } from './greeting.ts';

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const language = searchParams.get('language') ?? 'en';
    if (!isLanguage(language)) {
      return Response.json({ error: `unknown language: ${language}` }, { status: 400 });
    }
    const greeting: Greeting = greet(searchParams.get('name') ?? 'World', language);
    return Response.json(greeting);
  },
};
