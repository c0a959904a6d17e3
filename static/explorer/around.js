/** What stands around the picture and the strip: loaded once the first maps are drawn. */

import "../components/choice-field.js";
import "../components/status-notice.js";
import "./answer.js";
import "./grab.js";
