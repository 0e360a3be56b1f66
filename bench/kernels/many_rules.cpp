#include <fmt/format.h>

#include "bench/kernels/world.h"

namespace saiten::bench {

std::string ManyRules(size_t count) {
  std::string text = RulesFile("w1.rules");
  text = text.substr(0, text.find("score fit"));
  text += "score many for contact {\n";
  for (size_t i = 0; i < count; ++i) {
    const size_t n = i * 2'654'435'761 % 1'999;
    switch (i % 10) {
      case 0:
        text += fmt::format("  match industry {{ IT, Finance => +{}  Healthcare => +{} }}\n", 1 + i % 19, 1 + i % 7);
        break;
      case 1:
        text +=
            fmt::format("  match employees {{ {}..{} => +{}  {}.. => +{} }}\n", n, n + 50, 1 + i % 9, n + 51, i % 5);
        break;
      case 2:
        text +=
            fmt::format("  match title {{ Executive => +{}  Director => +{}  Manager => +1 }}\n", 2 + i % 9, 1 + i % 8);
        break;
      case 3:
        text += fmt::format("  +{} when origin == \"word {}\"\n", 1 + i % 9, n);
        break;
      case 4:
        text += fmt::format("  +{} when source in [\"a{}\", \"b{}\"] and time_spent < {}\n", 1 + i % 9, n, n, n);
        break;
      case 5:
        text += fmt::format("  -{} when time_spent == {} and not do_not_email\n", 1 + i % 9, n);
        break;
      case 6:
        text += fmt::format("  +{} when occupation is unknown or employees > {}\n", 1 + i % 9, n);
        break;
      case 7:
        text += fmt::format("  +{} when created >= {}-{:02}-{:02}\n", 1 + i % 9, 2020 + n % 6, 1 + n % 12, 1 + n % 28);
        break;
      case 8:
        text +=
            fmt::format("  +{} when specialization contains \"{}\" or email ends with \"{}.jp\"\n", 1 + i % 9, n, n);
        break;
      default:
        text += fmt::format("  +{} when company.employees >= {} and industry == Manufacturing\n", 1 + i % 9, n);
        break;
    }
  }
  return text + "}\n";
}

}  // namespace saiten::bench
