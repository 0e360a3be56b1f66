#pragma once

// Numbers, times and texts as tools print them: one include for all of tools/.
#include "compiler/diag/render.h"      // WithThousands
#include "compiler/diag/style.h"       // Paint
#include "compiler/diag/text_width.h"  // TextWidth, Printable
#include "runtime/decimal_text.h"      // FormatPoints
#include "runtime/time_parse.h"        // FormatInstant
