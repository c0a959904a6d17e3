/** The normalisation lab's page: first what asks the server, then what draws the answers. */

import { session } from "./normalization/session.js";
import "./normalization/lab.js";
import "../components/claim-list.js";
import "../core/page.js";

session.start();
