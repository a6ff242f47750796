import { http } from '@google-cloud/functions-framework';

import { app } from '../app.mjs';

http('express', app);
