import { checks } from './checks.mjs';

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    return Response.json(await checks[searchParams.get('check')]());
  },
};
