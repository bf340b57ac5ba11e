// Module ids that do not come from absolute paths: builds in two folders are the same bytes.
module.exports = {
  optimization: { moduleIds: 'natural', chunkIds: 'natural' }
};
