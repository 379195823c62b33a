// `heddle_tidy [ROOT]` checks the tree, prints what it finds and exits 1 if
// anything; `heddle_tidy --write [ROOT]` writes the reference pages that are
// made from the headers.
#include <cstdio>
#include <fstream>

#include "rules.h"
#include "tables.h"

namespace {

using namespace heddle::tidy;

int write_pages(const SourceTree& tree, const std::string& root) {
  for (const Table* table : {&diagnostics_table(), &statistics_table()}) {
    std::ofstream stream(root + "/" + std::string(table->page), std::ios::binary);
    stream << reference_page(tree, *table);
    stream.close();
    if (stream) continue;
    std::fprintf(stderr, "heddle_tidy: cannot write %s\n", std::string(table->page).c_str());
    return 4;
  }
  return 0;
}

int report(const SourceTree& tree) {
  const Findings findings = check_all(tree);
  for (const Finding& finding : findings) std::fprintf(stderr, "%s\n", finding.to_string().c_str());
  std::fprintf(stderr, "heddle_tidy: %zu files, %zu findings\n", tree.files().size(),
               findings.size());
  return findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool is_writing = !words.empty() && words.front() == "--write";
  if (is_writing) words.erase(words.begin());
  const std::string root = words.empty() ? "." : words.front();
  const SourceTree tree = SourceTree::load(root);
  if (tree.files().empty()) {
    std::fputs("heddle_tidy: no files here\n", stderr);
    return 2;
  }
  return is_writing ? write_pages(tree, root) : report(tree);
}
