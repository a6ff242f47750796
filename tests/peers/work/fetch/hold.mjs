// Answers when the whole request is there, so that whoever sends it can keep an instance busy.
export default {
  async fetch(request) {
    await request.arrayBuffer();
    return new Response('Hello, World!\n');
  },
};
