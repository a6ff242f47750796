import { app } from '../app.mjs';

app.listen(process.env.PORT, process.env.HOST);
