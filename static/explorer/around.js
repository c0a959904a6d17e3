/** What stands around the picture and the strip: loaded while the first maps are computed. */

import "../components/choice-field.js";
import "../components/status-notice.js";
import "./answer.js";
import "./grab.js";
