// The tree itself is tidy.
#include <gtest/gtest.h>

#include "rules.h"

namespace heddle::tidy {
namespace {

TEST(TidyTree, keeps_every_rule_of_the_house) {
  const SourceTree tree = SourceTree::load(HEDDLE_SOURCE_DIR);
  ASSERT_GT(tree.files().size(), 50U);
  for (const Finding& finding : check_all(tree)) ADD_FAILURE() << finding.to_string();
}

}  // namespace
}  // namespace heddle::tidy
