const { CopyRspackPlugin } = require('@rspack/core');

module.exports = {
  // Module ids that do not come from absolute paths: builds in two folders are the same bytes.
  optimization: { moduleIds: 'natural', chunkIds: 'natural' },
  // The builder empties its output folder, so this file is part of the build.
  plugins: [
    new CopyRspackPlugin({
      patterns: [{ from: 'jupyter_ext/install.json', to: '../install.json' }]
    })
  ]
};
