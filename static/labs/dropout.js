/** The dropout lab's page: first what asks the server, then what draws the answers. */

import { session } from "./dropout/session.js";
import "./dropout/lab.js";
import "../components/claim-list.js";
import "../core/page.js";

session.start();
