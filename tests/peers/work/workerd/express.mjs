// Express on workerd, bundled: workerd resolves no packages. https://developers.cloudflare.com documents this adapter.
import { httpServerHandler } from 'cloudflare:node';

import { app } from '../app.mjs';

app.listen(8080);

export default httpServerHandler({ port: 8080 });
